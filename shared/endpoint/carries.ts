/** Does a Region hold what it was sent? */
import type { Endpoint } from './endpoint.ts'
import { normalise } from './fingerprint.ts'

/**
 * True when `stored`, as Pinpoint returns it, holds all that `said` says: what is empty there must not be set, and what
 * `said` leaves out may be anything. An opt-out that was not said counts as nothing.
 */
export const carries = (stored: Endpoint, said: Endpoint): boolean => {
  const { OptOut, ...rest } = said
  const isHeard = OptOut === undefined || (stored.OptOut ?? 'NONE') === OptOut
  return (
    isHeard && holds({ ...(normalise({ ...stored }) as object), Id: undefined }, { ...rest, Id: undefined })
  )
}

const holds = (stored: unknown, said: unknown): boolean => {
  if (isRecord(said) && isRecord(stored ?? {})) {
    return Object.entries(said).every(([name, value]) =>
      holds((stored as Plain | undefined)?.[name], tidy(name, value)),
    )
  }
  if (isEmpty(said)) return isEmpty(stored)
  return JSON.stringify(stored) === JSON.stringify(said)
}

type Plain = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** As `normalise` has it: one decimal of a coordinate, as Pinpoint keeps no more, and nothing for an empty text in a list. */
const tidy = (name: string, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((each: unknown) => (each === '' ? null : each))
  return typeof value === 'number' && (name === 'Latitude' || name === 'Longitude')
    ? Math.round(value * 10) / 10
    : value
}
