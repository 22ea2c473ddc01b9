/** State machines as they are once `acceptDefinition` has let them in: JSONPath, inline Map. */
import type { Json, JsonObject } from '../language/json.ts'

export interface Machine {
  readonly StartAt: string
  readonly States: Readonly<Record<string, State>>
  readonly TimeoutSeconds?: number
}

export type State =
  TaskState | MapState | ParallelState | PassState | WaitState | ChoiceState | SucceedState | FailState

interface Transition {
  readonly Next?: string
  readonly End?: true
}

interface Paths {
  readonly InputPath?: string | null
  readonly OutputPath?: string | null
}

export interface Retrier {
  readonly ErrorEquals: readonly string[]
  readonly IntervalSeconds?: number
  readonly MaxAttempts?: number
  readonly BackoffRate?: number
  readonly MaxDelaySeconds?: number
  readonly JitterStrategy?: 'NONE' | 'FULL'
}

export interface Catcher {
  readonly ErrorEquals: readonly string[]
  readonly Next: string
  readonly ResultPath?: string | null
}

/** What Task, Map, Parallel and Pass have in common: an input made up and a result put in its place. */
export interface Flow extends Transition, Paths {
  readonly Parameters?: Json
  readonly ResultSelector?: Json
  readonly ResultPath?: string | null
  readonly Retry?: readonly Retrier[]
  readonly Catch?: readonly Catcher[]
}

export interface TaskState extends Flow {
  readonly Type: 'Task'
  readonly Resource: string
  readonly TimeoutSeconds?: number
  readonly TimeoutSecondsPath?: string
}

export interface MapState extends Flow {
  readonly Type: 'Map'
  readonly ItemProcessor?: Machine
  /** The older name of ItemProcessor. */
  readonly Iterator?: Machine
  readonly ItemsPath?: string
  /** Its older name is Parameters. */
  readonly ItemSelector?: Json
  readonly MaxConcurrency?: number
  readonly MaxConcurrencyPath?: string
}

export interface ParallelState extends Flow {
  readonly Type: 'Parallel'
  readonly Branches: readonly Machine[]
}

export interface PassState extends Flow {
  readonly Type: 'Pass'
  readonly Result?: Json
}

export interface WaitState extends Transition, Paths {
  readonly Type: 'Wait'
  readonly Seconds?: number
  readonly SecondsPath?: string
  readonly Timestamp?: string
  readonly TimestampPath?: string
}

export interface ChoiceState extends Paths {
  readonly Type: 'Choice'
  readonly Choices: readonly (JsonObject & { readonly Next: string })[]
  readonly Default?: string
}

export interface SucceedState extends Paths {
  readonly Type: 'Succeed'
}

export interface FailState {
  readonly Type: 'Fail'
  readonly Error?: string
  readonly ErrorPath?: string
  readonly Cause?: string
  readonly CausePath?: string
}

/** The machines inside a state: a Map's processor, a Parallel's branches. */
export const innerMachines = (state: State): readonly Machine[] => {
  if (state.Type === 'Parallel') return state.Branches
  if (state.Type === 'Map')
    return [state.ItemProcessor ?? state.Iterator].filter((inner) => inner !== undefined)
  return []
}
