/** Plays a state machine from state to state: the Amazon States Language, told by a Clock. */
import type {
  ChoiceState,
  FailState,
  Flow,
  Machine,
  MapState,
  State,
  WaitState,
} from '../definition/machine.ts'
import { matches, timestampOf } from '../language/choice.ts'
import { EvaluationFailure, runtimeFailure, StateFailure } from '../language/failure.ts'
import type { Json, JsonObject } from '../language/json.ts'
import { evaluate, select } from '../language/template.ts'
import { runMap, runParallel } from './fan-out.ts'
import { flow, limited, placed, through } from './flow.ts'
import type { View } from './flow.ts'
import { catcherFor, retriesOf } from './handlers.ts'
import { pause } from './interrupt.ts'
import type { Branch, Run } from './run.ts'
import { runTask, timeoutOf } from './task.ts'

/** A state left behind: with its output, and for where (undefined: the end). */
interface Step {
  readonly output: Json
  readonly next: string | undefined
}

/**
 * Plays `machine` and answers its output.
 * Throws a `StateFailure` when a state failed and nobody caught it, or `Stopped` when the branch was stopped.
 */
export const play = async (run: Run, machine: Machine, input: Json, branch: Branch): Promise<Json> => {
  let step: Step = { output: input, next: machine.StartAt }
  while (step.next !== undefined) {
    const state = machine.States[step.next]
    if (!state) throw runtimeFailure(`There is no state "${step.next}"`)
    step = await visit(run, branch, { name: step.next, state, input: step.output })
  }
  return step.output
}

interface Visit {
  readonly name: string
  readonly state: State
  readonly input: Json
}

const visit = async (run: Run, branch: Branch, { name, state, input }: Visit): Promise<Step> => {
  if (branch.signal.aborted) throw branch.signal.reason
  const entered = branch.record(`${state.Type}StateEntered`, { name, input: JSON.stringify(input) })
  const enteredTime = new Date(run.clock.now()).toISOString()
  const { Retry: retriers, Catch: catchers } = handlersOf(state)
  const retry = retriesOf(retriers, run.random)
  for (let retryCount = 0; ; retryCount++) {
    const view = viewOf(run, branch, { Name: name, EnteredTime: enteredTime, RetryCount: retryCount })
    try {
      return leave(branch, name, state, await perform(run, branch, { name, state, input }, view))
    } catch (thrown) {
      const failure = told(thrown, name, entered)
      const delay = retry(failure.error)
      if (delay !== undefined) {
        await pause(run.clock, delay, branch.signal)
        continue
      }
      const catcher = catcherFor(catchers, failure.error)
      if (!catcher) throw failure
      const output = placed(catcher.ResultPath, input, { Error: failure.error, Cause: failure.reason ?? '' })
      return leave(branch, name, state, { output: limited(name, output), next: catcher.Next })
    }
  }
}

const handlersOf = (state: State): Pick<Flow, 'Retry' | 'Catch'> =>
  state.Type === 'Task' || state.Type === 'Map' || state.Type === 'Parallel' ? state : {}

const leave = (branch: Branch, name: string, state: State, step: Step): Step => {
  branch.record(`${state.Type}StateExited`, { name, output: JSON.stringify(step.output) })
  return step
}

const viewOf = (run: Run, branch: Branch, state: JsonObject): View => ({
  context: { ...run.context, State: state, ...(branch.map && { Map: branch.map }) },
  random: run.random,
})

/** What was thrown, as a state's failure; anything that is none (a stop, a bug) goes on as it is. */
const told = (thrown: unknown, name: string, entered: number): StateFailure => {
  if (thrown instanceof EvaluationFailure) {
    const where = `An error occurred while executing the state '${name}' (entered at the event id #${entered}).`
    return new StateFailure(thrown.error, `${where} ${thrown.reason ?? ''}`)
  }
  if (thrown instanceof StateFailure) return thrown
  throw thrown
}

const perform = async (
  run: Run,
  branch: Branch,
  { name, state, input }: Visit,
  view: View,
): Promise<Step> => {
  switch (state.Type) {
    case 'Choice':
      return choose(state, input, view)
    case 'Fail':
      throw failureOf(state, input, view)
    case 'Succeed':
      return { output: passOn(name, state, input, view), next: undefined }
    case 'Wait':
      await pause(run.clock, waitOf(state, input, view, run.clock.now()), branch.signal)
      return { output: passOn(name, state, input, view), next: state.Next }
    case 'Pass': {
      const output = await flow({ name, state }, input, view, (effective) =>
        Promise.resolve(state.Result === undefined ? effective : state.Result),
      )
      return { output, next: state.Next }
    }
    case 'Task': {
      const timeoutSeconds = timeoutOf(state, input, view)
      const output = await flow({ name, state }, input, view, (parameters) =>
        runTask(run, branch, state, { parameters, timeoutSeconds }),
      )
      return { output, next: state.Next }
    }
    case 'Parallel': {
      const work = (effective: Json) => runParallel(run, branch, state, { input: effective, play })
      return { output: await flow({ name, state }, input, view, work), next: state.Next }
    }
    case 'Map': {
      const output = await flow({ name, state: withoutParameters(state) }, input, view, (effective) =>
        runMap(run, branch, { name, state, raw: input, input: effective, view, play }),
      )
      return { output, next: state.Next }
    }
  }
}

// A Map's Parameters are the older name of its ItemSelector, not a template for its own input.
const withoutParameters = (state: MapState): Flow =>
  Object.fromEntries(Object.entries(state).filter(([field]) => field !== 'Parameters'))

const passOn = (
  name: string,
  paths: { readonly InputPath?: string | null; readonly OutputPath?: string | null },
  input: Json,
  view: View,
): Json => {
  const effective = through(paths.InputPath, input, view, 'InputPath')
  return limited(name, through(paths.OutputPath, effective, view, 'OutputPath'))
}

const choose = (state: ChoiceState, input: Json, view: View): Step => {
  const effective = through(state.InputPath, input, view, 'InputPath')
  const rule = state.Choices.find((each) => matches(each, { ...view, input: effective }))
  const next = rule?.Next ?? state.Default
  if (next === undefined) {
    throw new EvaluationFailure(
      'States.NoChoiceMatched',
      'Failed to transition out of the state. No choice matched.',
    )
  }
  return { output: through(state.OutputPath, effective, view, 'OutputPath'), next }
}

const failureOf = (state: FailState, input: Json, view: View): StateFailure => {
  const told = (fixed: string | undefined, path: string | undefined, field: string): string | undefined => {
    if (path === undefined) return fixed
    const value = evaluate(path, { ...view, input }, field)
    if (typeof value === 'string') return value
    throw runtimeFailure(`${field} must point to a string, got ${JSON.stringify(value)}`)
  }
  const error = told(state.Error, state.ErrorPath, 'ErrorPath') ?? ''
  return new StateFailure(error, told(state.Cause, state.CausePath, 'CausePath'))
}

/** Milliseconds that a Wait state waits. */
const waitOf = (state: WaitState, input: Json, view: View, now: number): number => {
  const scope = { ...view, input: through(state.InputPath, input, view, 'InputPath') }
  if (state.Seconds !== undefined) return state.Seconds * 1000
  if (state.SecondsPath !== undefined) {
    const seconds = select(state.SecondsPath, scope, 'SecondsPath')
    if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0) return seconds * 1000
    throw runtimeFailure(`SecondsPath must point to whole seconds, got ${JSON.stringify(seconds)}`)
  }
  const timestamp =
    state.TimestampPath === undefined ? state.Timestamp : select(state.TimestampPath, scope, 'TimestampPath')
  const until = timestampOf(timestamp)
  if (until !== undefined) return Math.max(0, until - now)
  throw runtimeFailure(`TimestampPath must point to an RFC 3339 timestamp, got ${JSON.stringify(timestamp)}`)
}
