/** What the playing of one execution shares, and what a branch of it has of its own. */
import type { Clock } from '../../clock.ts'
import type { JsonObject } from '../language/json.ts'
import type { History } from './history.ts'
import type { TaskPorts } from './task-ports.ts'

export interface Run {
  readonly clock: Clock
  /** 0 ≤ x < 1. */
  readonly random: () => number
  readonly history: History
  readonly region: string
  readonly roleArn: string
  readonly executionArn: string
  /** `Execution` and `StateMachine` of the context object. */
  readonly context: JsonObject
  readonly tasks: TaskPorts
}

/** One line of events: the execution itself, a Map's iteration or a Parallel's branch. */
export interface Branch {
  /** Aborted when nobody wants this branch's result any more. */
  readonly signal: AbortSignal
  /** `Map` of the context object, inside a Map. */
  readonly map: JsonObject | undefined
  /** Appends an event to the history; its predecessor is this branch's last one. */
  record(type: string, details?: JsonObject): number
  last(): number
  /** A branch of this branch, which begins after this one's last event. */
  fork(signal: AbortSignal, map?: JsonObject): Branch
  /** Goes on after the last event of a fork. */
  join(last: number): void
}

export const branchOf = (history: History, signal: AbortSignal, start: number, map?: JsonObject): Branch => {
  let last = start
  return {
    signal,
    map,
    record: (type, details) => (last = history.append(type, last, details)),
    last: () => last,
    fork: (forkSignal, forkMap = map) => branchOf(history, forkSignal, last, forkMap),
    join: (event) => void (last = Math.max(last, event)),
  }
}
