/**
 * The intrinsic functions of the Amazon States Language.
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
import { createHash } from 'node:crypto'
import { EvaluationFailure } from './failure.ts'
import { equal, isArray, isObject } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import { uuid } from './uuid.ts'

/** `args` are evaluated already; `random` answers 0 ≤ x < 1. Throws `States.IntrinsicFailure`. */
export type Intrinsic = (args: readonly Json[], random: () => number) => Json

const failed = (reason: string): EvaluationFailure => new EvaluationFailure('States.IntrinsicFailure', reason)

const text = (value: Json | undefined): string => {
  if (typeof value === 'string') return value
  throw failed(`expected a string, got ${JSON.stringify(value)}`)
}
const integer = (value: Json | undefined): number => {
  if (typeof value === 'number' && Number.isFinite(value)) return Math.round(value)
  throw failed(`expected a number, got ${JSON.stringify(value)}`)
}
const array = (value: Json | undefined): readonly Json[] => {
  if (isArray(value)) return value
  throw failed(`expected an array, got ${JSON.stringify(value)}`)
}
const object = (value: Json | undefined): JsonObject => {
  if (isObject(value)) return value
  throw failed(`expected an object, got ${JSON.stringify(value)}`)
}
const atMost = (limit: number, value: string): string => {
  if (value.length <= limit) return value
  throw failed(`expected at most ${limit} characters, got ${value.length}`)
}

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

const format: Intrinsic = ([template, ...values]) => {
  let used = 0
  const filled = text(template).replace(/\\([{}'\\])|\{\}/g, (_, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped
    const value = values[used++]
    if (value === undefined) throw failed('States.Format has fewer arguments than {}')
    if (isArray(value) || isObject(value)) throw failed('States.Format takes no arrays and no objects')
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
  if (used < values.length) throw failed('States.Format has more arguments than {}')
  return filled
}

const range: Intrinsic = ([first, last, step]) => {
  const [from, to, by] = [integer(first), integer(last), integer(step)]
  if (by === 0) throw failed('States.ArrayRange cannot step by 0')
  const length = Math.max(0, Math.floor((to - from) / by) + 1)
  if (length > 1000) throw failed(`States.ArrayRange makes at most 1,000 items, not ${length}`)
  return Array.from({ length }, (_, i) => from + i * by)
}

const partition: Intrinsic = ([items, size]) => {
  const [all, chunk] = [array(items), integer(size)]
  if (chunk < 1) throw failed(`States.ArrayPartition needs a positive size, got ${chunk}`)
  return Array.from({ length: Math.ceil(all.length / chunk) }, (_, i) =>
    all.slice(i * chunk, (i + 1) * chunk),
  )
}

const item: Intrinsic = ([items, index]) => {
  const found = array(items)[integer(index)]
  if (found === undefined) throw failed(`States.ArrayGetItem found no item ${JSON.stringify(index)}`)
  return found
}

const parseJson: Intrinsic = ([source]) => {
  try {
    return JSON.parse(text(source)) as Json
  } catch {
    throw failed(`States.StringToJson got no JSON: ${JSON.stringify(source)}`)
  }
}

const hash: Intrinsic = ([data, algorithm]) => {
  const name = HASHES[text(algorithm)]
  if (name === undefined) throw failed(`States.Hash does not know ${JSON.stringify(algorithm)}`)
  const plain = typeof data === 'string' ? data : JSON.stringify(data ?? null)
  return createHash(name).update(atMost(10_000, plain)).digest('hex')
}

const merge: Intrinsic = ([first, second, deep]) => {
  if (deep !== false) throw failed('States.JsonMerge merges shallowly only: its third argument must be false')
  return { ...object(first), ...object(second) }
}

// Delimiters are single characters, and what is empty between two of them is left out.
const split: Intrinsic = ([source, delimiters]) => {
  const marks = new Set(text(delimiters))
  const parts = ['']
  for (const char of text(source)) {
    if (marks.has(char)) parts.push('')
    else parts.push((parts.pop() ?? '') + char)
  }
  return parts.filter((part) => part !== '')
}

/** By name, with the number of arguments it takes (from, to). */
export const INTRINSICS: Readonly<
  Record<string, { readonly arity: readonly [number, number]; readonly run: Intrinsic }>
> = {
  'States.Format': { arity: [1, Infinity], run: format },
  'States.StringToJson': { arity: [1, 1], run: parseJson },
  'States.JsonToString': { arity: [1, 1], run: ([value]) => JSON.stringify(value ?? null) },
  'States.Array': { arity: [0, Infinity], run: (args) => args },
  'States.ArrayPartition': { arity: [2, 2], run: partition },
  'States.ArrayContains': {
    arity: [2, 2],
    run: ([items, value]) => array(items).some((each) => equal(each, value ?? null)),
  },
  'States.ArrayRange': { arity: [3, 3], run: range },
  'States.ArrayGetItem': { arity: [2, 2], run: item },
  'States.ArrayLength': { arity: [1, 1], run: ([items]) => array(items).length },
  'States.ArrayUnique': {
    arity: [1, 1],
    run: ([items]) =>
      array(items).filter((each, i, all) => all.findIndex((other) => equal(each, other)) === i),
  },
  'States.Base64Encode': {
    arity: [1, 1],
    run: ([value]) => Buffer.from(atMost(10_000, text(value))).toString('base64'),
  },
  'States.Base64Decode': {
    arity: [1, 1],
    run: ([value]) => Buffer.from(atMost(10_000, text(value)), 'base64').toString(),
  },
  'States.Hash': { arity: [2, 2], run: hash },
  'States.JsonMerge': { arity: [3, 3], run: merge },
  // The seeded form (a third argument) is refused: its sequence is the service's own.
  'States.MathRandom': {
    arity: [2, 2],
    run: ([from, to], random) => integer(from) + Math.floor(random() * (integer(to) - integer(from))),
  },
  'States.MathAdd': { arity: [2, 2], run: ([a, b]) => integer(a) + integer(b) },
  'States.StringSplit': { arity: [2, 2], run: split },
  'States.UUID': { arity: [0, 0], run: (_, random) => uuid(random) },
}
