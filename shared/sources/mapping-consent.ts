/** What an item says of consent, and since when. */
import { z } from 'zod'
import { find, isAbsent, placeOf } from './mapping-path.ts'
import type { Path, Reading } from './mapping-path.ts'
import { choose } from './mapping-values.ts'
import type { Choice } from './mapping-values.ts'
import type { Stated } from './mapping.ts'

export interface ConsentRule {
  /** `ALL` or `NONE`. */
  readonly choice: Choice
  readonly date: Path | undefined
}

/** The item's clock may be ahead of ours by so much (ms). An opt-in from later than that is a mistake. */
const AHEAD = 3_600_000

/**
 * Nobody has opted out in the far future: such a date is taken as `now` (ISO 8601). An opt-in without a date states nothing,
 * as it could not be told from an older one. An opt-out is stated whatever is wrong with its date.
 */
export const statedIn = (
  { choice, date }: ConsentRule,
  reading: Reading,
  now: string,
): Stated | undefined => {
  const value = choose(choice, reading)
  const at = date && instantAt(date, reading)
  if (value === 'ALL') return { value, ...(at !== undefined && { at: isFar(at, now) ? now : at }) }
  if (value !== 'NONE' || date === undefined || at === undefined) return undefined
  if (isFar(at, now)) {
    reading.problems.push({
      rule: 'CONSENT_DATE',
      field: placeOf(date, reading),
      expected: 'an opt-in that has been said: not more than an hour from now',
    })
  }
  return { value, at }
}

const isFar = (at: string, now: string): boolean => Date.parse(at) > Date.parse(now) + AHEAD

const INSTANT = z.regexes.datetime({ offset: true })

/** In the one spelling that compares as text. */
const instantAt = (path: Path, reading: Reading): string | undefined => {
  const value = find(path, reading)
  if (isAbsent(value, reading)) return undefined
  const instant = typeof value === 'string' && INSTANT.test(value) ? new Date(value).toISOString() : ''
  // Years before 0 and after 9999 are spelled longer.
  if (instant.length === '2026-01-01T00:00:00.000Z'.length) return instant
  reading.problems.push({
    rule: 'CONSENT_DATE',
    field: placeOf(path, reading),
    expected: 'ISO 8601 with time and zone, such as 2026-05-01T12:00:00Z',
  })
  return undefined
}
