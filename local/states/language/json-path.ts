/** JSONPath as the service takes it: `$` is a state's input, `$$` the context object. Filters (`[?()]`) are not emulated. */
import { EvaluationFailure } from './failure.ts'
import { isArray, isObject, own } from './json.ts'
import type { Json } from './json.ts'

type Step =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'every' }
  | { readonly kind: 'descendants' }

export interface Path {
  readonly text: string
  /** True where the path starts at the context object. */
  readonly ofContext: boolean
  readonly steps: readonly Step[]
}

const STEP =
  /\.(?<name>[^.[\]()?*@\s'",]+)|(?<every>\.\*|\[\*\])|(?<deep>\.\.(?=\[)|\.(?=\.))|\[(?<quoted>(?:'[^']*'|"[^"]*")(?:,(?:'[^']*'|"[^"]*"))*)\]|\[(?<indexes>-?\d+(?:,-?\d+)*)\]|\[(?<slice>(?:-?\d+)?:(?:-?\d+)?)\]/y

/** Reads a path. Throws an Error that quotes it where it is none, or none that is emulated. */
export const parsePath = (text: string): Path => {
  const root = /^\$\$?/.exec(text)?.[0]
  if (root === undefined) throw new Error(`"${text}" is not a path: it must begin with $`)
  const steps: Step[] = []
  STEP.lastIndex = root.length
  while (STEP.lastIndex < text.length) {
    const at = STEP.lastIndex
    const groups = STEP.exec(text)?.groups
    if (!groups) throw new Error(`"${text}" is not a path that is emulated: see "${text.slice(at)}"`)
    steps.push(stepOf(groups))
  }
  return { text, ofContext: root === '$$', steps }
}

const stepOf = (groups: Readonly<Record<string, string | undefined>>): Step => {
  const { name, every, deep, quoted, indexes, slice } = groups
  if (name !== undefined) return { kind: 'names', names: [name] }
  if (every !== undefined) return { kind: 'every' }
  if (deep !== undefined) return { kind: 'descendants' }
  if (quoted !== undefined) {
    return {
      kind: 'names',
      names: [...quoted.matchAll(/'([^']*)'|"([^"]*)"/g)].map((m) => m[1] ?? m[2] ?? ''),
    }
  }
  if (indexes !== undefined) return { kind: 'indexes', indexes: indexes.split(',').map(Number) }
  const [from, to] = (slice ?? ':').split(':')
  return { kind: 'slice', from: from ? Number(from) : undefined, to: to ? Number(to) : undefined }
}

const isSingle = (step: Step): boolean =>
  (step.kind === 'names' && step.names.length === 1) || (step.kind === 'indexes' && step.indexes.length === 1)

/** True for a path that names one place in the input, as `ResultPath` must. */
export const isReferencePath = (path: Path): boolean => !path.ofContext && path.steps.every(isSingle)

/**
 * The value at `path`, or undefined where there is none. A path that may match several values (`[*]`, `..`, slices,
 * lists) answers the array of them, which may be empty.
 */
export const valueAt = (path: Path, input: Json, context: Json): Json | undefined => {
  const found = path.steps.reduce<readonly Json[]>(
    (nodes, step) => nodes.flatMap((node) => follow(step, node)),
    [path.ofContext ? context : input],
  )
  return path.steps.every(isSingle) ? found[0] : found
}

const follow = (step: Step, node: Json): readonly Json[] => {
  switch (step.kind) {
    case 'names':
      return isObject(node) ? defined(step.names.map((name) => own(node, name))) : []
    case 'indexes':
      return isArray(node) ? defined(step.indexes.map((index) => node.at(index))) : []
    case 'slice':
      return isArray(node) ? node.slice(step.from, step.to) : []
    case 'every':
      return children(node)
    case 'descendants':
      return [node, ...children(node).flatMap((child) => follow(step, child))]
  }
}

const children = (node: Json): readonly Json[] =>
  isArray(node) ? node : isObject(node) ? Object.values(node) : []

const defined = (values: readonly (Json | undefined)[]): readonly Json[] =>
  values.filter((value) => value !== undefined)

/**
 * `input` with `value` put at the reference path, as `ResultPath` does: missing objects are made on the way.
 * Throws `States.ResultPathMatchFailure` where something that is no object (or no such item) stands in the way.
 */
export const placeAt = (path: Path, input: Json, value: Json): Json => put(path, path.steps, input, value)

const put = (path: Path, steps: readonly Step[], target: Json | undefined, value: Json): Json => {
  const [step, ...rest] = steps
  if (!step) return value
  const key = step.kind === 'names' ? step.names[0] : step.kind === 'indexes' ? step.indexes[0] : undefined
  if (typeof key === 'string' && (target === undefined || isObject(target))) {
    return { ...target, [key]: put(path, rest, target && own(target, key), value) }
  }
  if (typeof key === 'number' && isArray(target) && Object.hasOwn(target, key)) {
    return target.with(key, put(path, rest, target[key], value))
  }
  throw new EvaluationFailure(
    'States.ResultPathMatchFailure',
    `Unable to apply step "${path.text}" to input ${JSON.stringify(target)}`,
  )
}
