/** One time a schedule is due, and what its target is handed then. */
import { ACCOUNT_ID } from '../service.ts'
import type { Schedule, Target } from './schedule.ts'

export interface Occasion {
  readonly schedule: Schedule
  readonly target: Target
  /** When it was due, in milliseconds since the epoch. */
  readonly scheduledTime: number
  readonly executionId: string
}

/**
 * The target's input, JSON text. Scheduler replaces its context attributes in it; without an Input it sends a default
 * notification, as rules send an event.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export const inputOf = (occasion: Occasion, attempt: number): string => {
  const { schedule, target, executionId } = occasion
  if (target.input === undefined) return JSON.stringify(notification(occasion))
  if (schedule.kind === 'rule') return target.input
  const attributes: Readonly<Record<string, string>> = {
    'schedule-arn': schedule.arn,
    'scheduled-time': secondsIso(occasion.scheduledTime),
    'execution-id': executionId,
    'attempt-number': String(attempt),
  }
  return target.input.replace(
    /<aws\.scheduler\.([a-z-]+)>/g,
    (unknown, name: string) => attributes[name] ?? unknown,
  )
}

const notification = ({ schedule, scheduledTime, executionId }: Occasion) => ({
  version: '0',
  id: executionId,
  'detail-type': 'Scheduled Event',
  source: schedule.kind === 'rule' ? 'aws.events' : 'aws.scheduler',
  account: ACCOUNT_ID,
  time: secondsIso(scheduledTime),
  region: schedule.region,
  resources: [schedule.arn],
  // Scheduler really sends text here, rules an object.
  detail: schedule.kind === 'rule' ? {} : '{}',
})

/** ISO 8601 without milliseconds, as both services write times. */
export const secondsIso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
