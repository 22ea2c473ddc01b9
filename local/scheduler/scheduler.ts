/** EventBridge Scheduler, and scheduled EventBridge rules, of all local Regions: things that are due by the Clock. */
import type { Clock } from '../clock.ts'
import { longAfter } from '../long-after.ts'
import type { Service } from '../service.ts'
import { deliverOccasion } from './delivery.ts'
import type { Abandoned, Deliver } from './delivery.ts'
import { inputOf } from './occasion.ts'
import type { Occasion } from './occasion.ts'
import { readRule, readSchedule } from './schedule.ts'
import type { Properties, Schedule } from './schedule.ts'
import { SchedulerError } from './scheduler-error.ts'
import { schedulerService } from './scheduler-service.ts'

export type { Abandoned, Deliver } from './delivery.ts'

export interface SchedulerOptions {
  readonly clock: Clock
  /** 0 ≤ x < 1: execution ids. */
  readonly random: () => number
  readonly deliver: Deliver
  /** Told of each delivery that is given up; where it has a `deadLetterArn`, the message belongs there. */
  readonly abandon?: (abandoned: Abandoned) => void
  /** Which schedules and rules are due by themselves, by name; all that are enabled where absent. */
  readonly isDue?: (name: string) => boolean
}

export interface Scheduler {
  /** To be put behind the gate under the signing name `scheduler`. */
  readonly service: Service
  /**
   * An `AWS::Scheduler::Schedule` by its CloudFormation properties, intrinsics resolved; answers its ARN.
   * Throws `ValidationException`, `ConflictException`, or `NotImplemented` by the property's name.
   */
  createSchedule(region: string, properties: Properties): string
  /** An `AWS::Events::Rule` with a ScheduleExpression: the same. */
  createRule(region: string, properties: Properties): string
  /**
   * Runs a schedule or rule of that name now, as if it had been due at `at` (milliseconds, default now): one attempt,
   * also where it is DISABLED. Rejects with the target's error, or `ResourceNotFoundException`.
   */
  fire(region: string, name: string, at?: number): Promise<void>
  /** Nothing is due any more. */
  close(): void
}

export const createScheduler = (options: SchedulerOptions): Scheduler => {
  const { clock, random, deliver, abandon = () => {}, isDue = () => true } = options
  const schedules = new Map<string, Schedule>()
  const timers = new Set<() => void>()

  const later = (ms: number, task: () => void): void => {
    const callOff = longAfter(clock, ms, () => {
      timers.delete(callOff)
      task()
    })
    timers.add(callOff)
  }

  const arm = (schedule: Schedule): void => {
    const due = schedule.timing(clock.now())
    if (due === undefined) return
    later(due - clock.now(), () => {
      for (const occasion of occasionsOf(schedule, due, random)) {
        deliverOccasion({ clock, deliver, later, abandon }, occasion)
      }
      arm(schedule)
    })
  }

  const add = (schedule: Schedule): string => {
    if (schedules.has(schedule.arn)) {
      throw new SchedulerError('ConflictException', `${schedule.kind} ${schedule.name} already exists.`, 409)
    }
    schedules.set(schedule.arn, schedule)
    if (schedule.enabled && isDue(schedule.name)) arm(schedule)
    return schedule.arn
  }

  return {
    service: schedulerService((region) =>
      [...schedules.values()].filter((each) => each.kind === 'schedule' && each.region === region),
    ),
    createSchedule: (region, properties) => add(readSchedule(region, properties, clock)),
    createRule: (region, properties) => add(readRule(region, properties, clock)),
    async fire(region, name, at = clock.now()) {
      const found = [...schedules.values()].find((each) => each.region === region && each.name === name)
      if (!found)
        throw new SchedulerError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404)
      const attempts = occasionsOf(found, at, random).map(async (occasion) =>
        deliver(region, occasion.target.arn, occasion.target.roleArn, inputOf(occasion, 1)),
      )
      await Promise.all(attempts)
    },
    close() {
      for (const callOff of timers) callOff()
      timers.clear()
    },
  }
}

const occasionsOf = (schedule: Schedule, scheduledTime: number, random: () => number): readonly Occasion[] =>
  schedule.targets.map((target) => ({ schedule, target, scheduledTime, executionId: idOf(random) }))

/** 16 hexadecimal digits, as the service's execution ids are. */
const idOf = (random: () => number): string =>
  Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('')
