/** What every event source mapping offers and needs. */
import type { Invocation } from '../lambda/invocation.ts'

export interface EventSourceMapping {
  /** Begins to poll, unless the mapping is disabled: then `resume` enables it. */
  start(): void
  /** Ends polling; resolves when nothing runs any more. What is unfinished stays in the source. */
  stop(): Promise<void>
  /** Ends polling without waiting for what runs. */
  pause(): void
  resume(): void
}

/** Runs the function once. Rejects only where the function was not reached: throttled, or gone. */
export type InvokeFunction = (event: object) => Promise<Invocation>

export type FunctionResponseType = 'ReportBatchItemFailures'

export class InvalidEventSourceMapping extends Error {
  override readonly name = 'InvalidParameterValueException'
}

/** Throws {@link InvalidEventSourceMapping} unless `value` is an integer from `least` to `most`. */
export const checkRange = (name: string, value: number, least: number, most: number): void => {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new InvalidEventSourceMapping(`${name} must be from ${least} to ${most}, got ${value}`)
}
