/** Dates as text. */

// The extended form, as Pinpoint writes it, and the basic one; a date alone, or with a time and its distance from UTC.
const ISO_DATE =
  /^(\d{4})(-?)(\d\d)\2(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/

/** Is it a date of the calendar in ISO 8601? */
export const isIsoDate = (text: string): boolean => {
  const [, year, , month, day, hour = '0', minute = '0', second = '0'] = ISO_DATE.exec(text) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  // A leap second is one of the calendar too.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return false
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day)
}

/** The instant (ms since the epoch) in ISO 8601, to the millisecond. */
export const isoOf = (ms: number): string => new Date(ms).toISOString()
