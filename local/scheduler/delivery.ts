/** Delivers an occasion to its target: again while that may help, then to the dead-letter queue. */
import type { Clock } from '../clock.ts'
import { inputOf, secondsIso } from './occasion.ts'
import type { Occasion } from './occasion.ts'

/**
 * Calls a target: a function asynchronously, a state machine by StartExecution. Rejects with the service's error by
 * `name`; one that asking again cannot change (no permission, no such target, bad input) is not retried.
 */
export type Deliver = (
  region: string,
  targetArn: string,
  roleArn: string | undefined,
  input: string,
) => Promise<void>

/** A delivery that was given up. */
export interface Abandoned {
  readonly region: string
  readonly scheduleArn: string
  readonly targetArn: string
  readonly deadLetterArn: string | undefined
  /** What the target was to be handed: the message's body in the dead-letter queue. */
  readonly input: string
  /** String message attributes, in the names the service gives them. */
  readonly attributes: Readonly<Record<string, string>>
}

export interface DeliveryPorts {
  readonly clock: Clock
  readonly deliver: Deliver
  /** Runs `task` later unless the scheduler is closed. */
  readonly later: (ms: number, task: () => void) => void
  readonly abandon: (abandoned: Abandoned) => void
}

// How the service spaces its retries is not documented: ours double from one second up to ten minutes.
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 600_000

const LASTING = /AccessDenied|DoesNotExist|NotFound|AlreadyExists|Validation|Invalid|NotImplemented/

/** Tries until it is delivered or given up. */
export const deliverOccasion = (ports: DeliveryPorts, occasion: Occasion, attempt = 1): void => {
  const { schedule, target } = occasion
  const call = async () =>
    ports.deliver(schedule.region, target.arn, target.roleArn, inputOf(occasion, attempt))
  call().catch((error: unknown) => {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS)
    const problem = error instanceof Error ? error : new Error(String(error))
    const exhausted = exhaustion(occasion, attempt, ports.clock.now() + pause)
    if (LASTING.test(problem.name) || exhausted !== undefined) {
      ports.abandon(abandoned(occasion, attempt, problem, exhausted))
    } else {
      ports.later(pause, () => deliverOccasion(ports, occasion, attempt + 1))
    }
  })
}

const exhaustion = (
  { target, scheduledTime }: Occasion,
  attempt: number,
  next: number,
): string | undefined => {
  if (attempt > target.maximumRetryAttempts) return 'MaximumRetryAttempts'
  const oldest = scheduledTime + target.maximumEventAgeInSeconds * 1000
  return next > oldest ? 'MaximumEventAgeInSeconds' : undefined
}

const abandoned = (
  occasion: Occasion,
  attempt: number,
  error: Error,
  exhausted: string | undefined,
): Abandoned => {
  const { schedule, target } = occasion
  const rule = schedule.kind === 'rule'
  return {
    region: schedule.region,
    scheduleArn: schedule.arn,
    targetArn: target.arn,
    deadLetterArn: target.deadLetterArn,
    input: inputOf(occasion, attempt),
    attributes: {
      ...(rule
        ? { RULE_ARN: schedule.arn }
        : {
            SCHEDULE_ARN: schedule.arn,
            EXECUTION_ID: occasion.executionId,
            SCHEDULED_TIME: secondsIso(occasion.scheduledTime),
          }),
      TARGET_ARN: target.arn,
      ERROR_CODE: error.name,
      ERROR_MESSAGE: error.message,
      RETRY_ATTEMPTS: String(attempt - 1),
      ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
    },
  }
}
