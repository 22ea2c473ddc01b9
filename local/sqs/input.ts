/** Reads the parameters of a request; numbers may come as text, as the Query protocol sends them. */
import { SqsError, invalidParameter, missingParameter } from './errors.ts'
import type { MessageAttribute, MessageAttributes } from './message.ts'

export type Input = Readonly<Record<string, unknown>>

/** Throws `MissingParameter` where it is absent, `InvalidParameterValue` where it is no text. */
export const text = (input: Input, name: string): string => {
  const value = input[name]
  if (value === undefined || value === null) throw missingParameter(name)
  if (typeof value !== 'string') throw invalidParameter(name, JSON.stringify(value), 'Must be a string.')
  return value
}

/** Undefined where it is absent; throws `InvalidParameterValue` outside `least` to `most`. */
export const integer = (input: Input, name: string, least: number, most: number): number | undefined => {
  const value = input[name]
  if (value === undefined || value === null || value === '') return undefined
  const number = Number(value)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw invalidParameter(name, value, `Must be between ${least} and ${most}.`)
}

/** A list of texts; empty where it is absent. */
export const texts = (input: Input, name: string): readonly string[] => {
  const value = input[name]
  return Array.isArray(value) ? value.map(String) : []
}

/** A list of structures; empty where it is absent. */
export const structures = (input: Input, name: string): readonly Input[] => {
  const value = input[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every(isStructure)) {
    throw new SqsError('SerializationException', `${name} must be a list of structures.`)
  }
  return value
}

/** A map of texts; empty where it is absent. */
export const textMap = (input: Input, name: string): Readonly<Record<string, string>> => {
  const value = input[name] ?? {}
  if (!isStructure(value) || !Object.values(value).every((each) => typeof each === 'string')) {
    throw new SqsError('SerializationException', `${name} must be a map of strings.`)
  }
  return value as Record<string, string>
}

/** Message attributes; values are checked by the queue. */
export const messageAttributes = (input: Input): MessageAttributes => {
  const value = input['MessageAttributes'] ?? {}
  if (!isStructure(value) || !Object.values(value).every(isAttribute)) {
    throw new SqsError(
      'SerializationException',
      'MessageAttributes must be a map of message attribute values.',
    )
  }
  return value as MessageAttributes
}

export const isStructure = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isAttribute = (value: unknown): value is MessageAttribute =>
  isStructure(value) &&
  typeof value['DataType'] === 'string' &&
  ['string', 'undefined'].includes(typeof value['StringValue']) &&
  ['string', 'undefined'].includes(typeof value['BinaryValue'])
