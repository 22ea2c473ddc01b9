/** Plays the work of a Task state: one attempt, with its events and its time-out. */
import type { TaskState } from '../definition/machine.ts'
import { runtimeFailure, StateFailure, TIMEOUT } from '../language/failure.ts'
import type { Json, JsonObject } from '../language/json.ts'
import { select } from '../language/template.ts'
import { limited } from './flow.ts'
import type { View } from './flow.ts'
import { integrationOf } from './integrations.ts'
import { withDeadline } from './interrupt.ts'
import type { Branch, Run } from './run.ts'

/** The result of the task. Throws the failure that Retry and Catch are to see. */
export const runTask = async (
  run: Run,
  branch: Branch,
  state: TaskState,
  { parameters, timeoutSeconds }: { readonly parameters: Json; readonly timeoutSeconds: number | undefined },
): Promise<Json> => {
  const integration = integrationOf(state.Resource, run)
  const record = (what: string, details: JsonObject = {}) =>
    branch.record(`${integration.events}${what}`, { ...integration.labels, ...details })
  record('Scheduled', {
    ...integration.scheduled(parameters),
    ...(timeoutSeconds !== undefined && { timeoutInSeconds: timeoutSeconds }),
  })
  record('Started')
  const late = new StateFailure(TIMEOUT)
  const ms = timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000
  const submitted = (response: JsonObject) => record('Submitted', { output: JSON.stringify(response) })
  try {
    const result = await withDeadline(run.clock, ms, () => late, {
      signal: branch.signal,
      work: (signal) => integration.call(parameters, signal, submitted),
    })
    const output = limited(integration.title, result)
    record('Succeeded', { output: JSON.stringify(output) })
    return output
  } catch (error) {
    if (error instanceof StateFailure && !branch.signal.aborted) {
      record(error === late ? 'TimedOut' : 'Failed', errorDetails(error))
    }
    throw error
  }
}

/** `error` and `cause` as events carry them. */
export const errorDetails = ({ error, reason }: StateFailure): JsonObject => ({
  error,
  ...(reason !== undefined && { cause: reason }),
})

/** The time a task has, in seconds; undefined where its state does not limit it. */
export const timeoutOf = (state: TaskState, input: Json, view: View): number | undefined => {
  if (state.TimeoutSecondsPath === undefined) return state.TimeoutSeconds
  const seconds = select(state.TimeoutSecondsPath, { ...view, input }, 'TimeoutSecondsPath')
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds > 0) return seconds
  throw runtimeFailure(
    `TimeoutSecondsPath must point to whole seconds from 1, got ${JSON.stringify(seconds)}`,
  )
}
