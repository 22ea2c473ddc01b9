/** Identifiers in the forms Pinpoint uses, drawn from a random source that is handed in. */

/** 0 ≤ number < 1, like Math.random. */
export type Random = () => number

const hexDigits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('')

/** 32 hex digits, as the ids of projects, jobs and segments are. */
export const newId = (random: Random): string => hexDigits(random, 32)

/** A version 4 UUID, as request ids and generated endpoint ids are. */
export const newUuid = (random: Random): string =>
  [
    hexDigits(random, 8),
    hexDigits(random, 4),
    `4${hexDigits(random, 3)}`,
    `${(8 + Math.floor(random() * 4)).toString(16)}${hexDigits(random, 3)}`,
    hexDigits(random, 12),
  ].join('-')
