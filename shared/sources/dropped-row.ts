/** One row of a dropped file, read from whatever format → an endpoint, or what is wrong with the row. */
import { isPhoneChannel, normalisePhone } from '../endpoint/address-rules.ts'
import { checkDropped } from '../endpoint/drop-rules.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { isIsoDate } from '../endpoint/iso-date.ts'
import type { Candidate, Problem } from '../endpoint/problem.ts'

/**
 * The endpoint that the row describes; `date`: its EffectiveDate, where it has one. Consent-silent: a blank or `NONE` in
 * OptOut is no opt-in (a file carries no date of consent), so only `ALL` remains.
 */
export const droppedEndpoint = (candidate: Candidate, date: unknown): Endpoint | readonly Problem[] => {
  const checked = checkDropped(withPlainPhone(candidate))
  const dates = dateProblems(date)
  if (!('Id' in checked)) return [...checked, ...dates]
  if (dates.length > 0) return dates
  const { OptOut, ...silent } = checked
  return OptOut === 'ALL' ? { ...silent, OptOut } : silent
}

/** What an unfit row opts out: its id, and its address where that is fit. */
export interface DroppedOptOut {
  readonly Id: string
  readonly endpoint: Endpoint | undefined
  /** The row does not say so itself; another one of the file may have. */
  readonly isUnsaid?: boolean
}

/** What is left of an unfit row that says `ALL`. Undefined where the row says nothing of consent, or names nobody. */
export const droppedOptOut = (candidate: Candidate): DroppedOptOut | undefined => {
  const { Id, Address, ChannelType, OptOut } = withPlainPhone(candidate)
  if (!Id?.trim() || OptOut !== 'ALL') return undefined
  const checked = checkDropped({
    Id,
    OptOut,
    ...(Address && { Address }),
    ...(ChannelType && { ChannelType }),
  })
  return { Id, endpoint: 'Id' in checked ? checked : undefined }
}

/** No import can set the date, so that it goes nowhere; but a wrong one is a sign that the cells have slipped. */
const dateProblems = (date: unknown): readonly Problem[] =>
  date === undefined || (typeof date === 'string' && isIsoDate(date))
    ? []
    : [{ rule: 'DATE', field: 'EffectiveDate', expected: 'a date in ISO 8601, such as 2026-01-31T12:00:00Z' }]

const withPlainPhone = (candidate: Candidate): Candidate =>
  candidate.Address !== undefined && isPhoneChannel(candidate.ChannelType)
    ? { ...candidate, Address: normalisePhone(candidate.Address) }
    : candidate
