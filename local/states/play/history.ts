/** An execution's event history, as GetExecutionHistory shows it. */
import type { Clock } from '../../clock.ts'
import { RUNTIME, StateFailure } from '../language/failure.ts'
import type { JsonObject } from '../language/json.ts'

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const MAX_EVENTS = 25_000

export interface HistoryEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly type: string
  readonly id: number
  readonly previousEventId: number
  readonly details: JsonObject | undefined
}

export interface History {
  readonly events: readonly HistoryEvent[]
  /**
   * Appends an event and answers its id. Ignored once the history has its last event.
   * Throws `States.Runtime` where the event would take the last place, which belongs to the execution's end.
   */
  append(type: string, previousEventId: number, details?: JsonObject): number
  /** Appends the last event there will be. */
  end(type: string, previousEventId: number, details?: JsonObject): void
}

export const createHistory = (clock: Clock): History => {
  const events: HistoryEvent[] = []
  let ended = false
  const push = (type: string, previousEventId: number, details?: JsonObject): number => {
    const id = events.length + 1
    events.push({ timestamp: clock.now(), type, id, previousEventId, details })
    return id
  }
  return {
    events,
    append(type, previousEventId, details) {
      if (ended) return previousEventId
      if (events.length >= MAX_EVENTS - 1) {
        const cause = `The execution reached the maximum number of history events (${MAX_EVENTS}).`
        throw new StateFailure(RUNTIME, cause)
      }
      return push(type, previousEventId, details)
    },
    end(type, previousEventId, details) {
      if (!ended) push(type, previousEventId, details)
      ended = true
    },
  }
}
