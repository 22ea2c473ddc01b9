/** Plays the inner machines of Map and Parallel states. */
import type { Machine, MapState, ParallelState } from '../definition/machine.ts'
import { runtimeFailure } from '../language/failure.ts'
import { isArray } from '../language/json.ts'
import type { Json, JsonObject } from '../language/json.ts'
import { fill, select } from '../language/template.ts'
import type { View } from './flow.ts'
import { Stopped, together } from './interrupt.ts'
import type { Branch, Run } from './run.ts'

/** Plays a machine to its end and answers its output. */
export type Play = (run: Run, machine: Machine, input: Json, branch: Branch) => Promise<Json>

// The service plays at most about 40 iterations of an inline Map at once.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
const MOST_AT_ONCE = 40

export const runParallel = async (
  run: Run,
  branch: Branch,
  state: ParallelState,
  { input, play }: { readonly input: Json; readonly play: Play },
): Promise<Json> => {
  branch.record('ParallelStateStarted')
  const lasts: number[] = []
  try {
    const results = await together(
      state.Branches.length,
      MOST_AT_ONCE,
      branch.signal,
      async (index, signal) => {
        const machine = state.Branches[index]
        if (!machine) throw runtimeFailure(`There is no branch ${index}`)
        const fork = branch.fork(signal)
        try {
          return await play(run, machine, input, fork)
        } finally {
          lasts.push(fork.last())
        }
      },
    )
    branch.join(Math.max(...lasts))
    branch.record('ParallelStateSucceeded')
    return results
  } catch (error) {
    branch.join(Math.max(...lasts))
    if (!branch.signal.aborted) branch.record('ParallelStateFailed')
    throw error
  }
}

interface MapWork {
  readonly name: string
  readonly state: MapState
  /** What the state was entered with. */
  readonly raw: Json
  /** What InputPath has left of it. */
  readonly input: Json
  readonly view: View
  readonly play: Play
}

export const runMap = async (run: Run, branch: Branch, work: MapWork): Promise<Json> => {
  const items = itemsOf(work)
  const limit = concurrencyOf(work)
  branch.record('MapStateStarted', { length: items.length })
  const lasts: number[] = []
  try {
    const results = await together(items.length, limit, branch.signal, async (index, signal) => {
      const map = { Item: { Index: index, Value: items[index] ?? null } }
      const fork = branch.fork(signal, map)
      try {
        return await iterate(run, fork, work, map)
      } finally {
        lasts.push(fork.last())
      }
    })
    branch.join(Math.max(0, ...lasts))
    branch.record('MapStateSucceeded')
    return results
  } catch (error) {
    branch.join(Math.max(0, ...lasts))
    if (!branch.signal.aborted) branch.record('MapStateFailed')
    throw error
  }
}

const iterate = async (
  run: Run,
  fork: Branch,
  { name, state, input, view, play }: MapWork,
  map: JsonObject & { readonly Item: { readonly Index: number; readonly Value: Json } },
): Promise<Json> => {
  const labels = { name, index: map.Item.Index }
  const processor = state.ItemProcessor ?? state.Iterator
  if (!processor) throw runtimeFailure('The Map has no ItemProcessor')
  fork.record('MapIterationStarted', labels)
  try {
    const selector = state.ItemSelector ?? state.Parameters
    const context = { ...(view.context as JsonObject), Map: map }
    const item = selector === undefined ? map.Item.Value : fill(selector, { ...view, context, input })
    const result = await play(run, processor, item, fork)
    fork.record('MapIterationSucceeded', labels)
    return result
  } catch (error) {
    fork.record(error instanceof Stopped ? 'MapIterationAborted' : 'MapIterationFailed', labels)
    throw error
  }
}

const itemsOf = ({ state, input, view }: MapWork): readonly Json[] => {
  const items = select(state.ItemsPath ?? '$', { ...view, input }, 'ItemsPath')
  if (isArray(items)) return items
  throw runtimeFailure(`Reference path "${state.ItemsPath ?? '$'}" must point to array.`)
}

const concurrencyOf = ({ state, raw, view }: MapWork): number => {
  const { MaxConcurrencyPath: path, MaxConcurrency: fixed = 0 } = state
  const limit = path === undefined ? fixed : select(path, { ...view, input: raw }, 'MaxConcurrencyPath')
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 0) {
    throw runtimeFailure(
      `MaxConcurrencyPath must point to a whole number from 0, got ${JSON.stringify(limit)}`,
    )
  }
  return limit === 0 ? MOST_AT_ONCE : Math.min(limit, MOST_AT_ONCE)
}
