/** How data goes through a state: InputPath, Parameters, the work, ResultSelector, ResultPath, OutputPath. */
import { DATA_LIMIT, StateFailure } from '../language/failure.ts'
import { byteLength } from '../language/json.ts'
import type { Json } from '../language/json.ts'
import { parsePath, placeAt } from '../language/json-path.ts'
import { fill, select } from '../language/template.ts'
import type { Scope } from '../language/template.ts'
import type { Flow } from '../definition/machine.ts'

/** The most JSON a state may take in or give out, in bytes of UTF-8. */
export const MAX_DATA_BYTES = 262_144

/** What a state sees besides its input. */
export type View = Omit<Scope, 'input'>

/** Throws `States.DataLimitExceeded` where `data`, of the state or task called `name`, is too large to be passed on. */
export const limited = (name: string, data: Json): Json => {
  if (byteLength(data) <= MAX_DATA_BYTES) return data
  const cause = `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`
  throw new StateFailure(DATA_LIMIT, cause)
}

/** The value of InputPath or OutputPath: absent is everything, null is nothing. */
export const through = (
  path: string | null | undefined,
  data: Json,
  view: View,
  field: 'InputPath' | 'OutputPath',
): Json => {
  if (path === undefined) return data
  return path === null ? {} : select(path, { ...view, input: data }, field)
}

/** A ResultPath put to work: absent replaces the input, null keeps it. */
export const placed = (resultPath: string | null | undefined, input: Json, result: Json): Json => {
  if (resultPath === undefined) return result
  return resultPath === null ? input : placeAt(parsePath(resultPath), input, result)
}

/** Takes `input` through the fields of the state called `name`, around `work`. */
export const flow = async (
  { name, state }: { readonly name: string; readonly state: Flow },
  input: Json,
  view: View,
  work: (effective: Json) => Promise<Json>,
): Promise<Json> => {
  const chosen = through(state.InputPath, input, view, 'InputPath')
  const effective =
    state.Parameters === undefined ? chosen : fill(state.Parameters, { ...view, input: chosen })
  const result = await work(limited(name, effective))
  const selected =
    state.ResultSelector === undefined ? result : fill(state.ResultSelector, { ...view, input: result })
  return limited(
    name,
    through(state.OutputPath, placed(state.ResultPath, input, selected), view, 'OutputPath'),
  )
}
