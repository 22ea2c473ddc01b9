/**
 * Cron expressions of EventBridge: minutes hours day-of-month month day-of-week year, in UTC, with L, W and #.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const LAST_YEAR = 2199
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

interface Field {
  readonly name: string
  readonly from: number
  readonly to: number
  /** Names for the numbers, from `from` on. */
  readonly words?: readonly string[]
}

const MINUTES: Field = { name: 'minutes', from: 0, to: 59 }
const HOURS: Field = { name: 'hours', from: 0, to: 23 }
const DAY_OF_MONTH: Field = { name: 'day-of-month', from: 1, to: 31 }
const MONTH: Field = { name: 'month', from: 1, to: 12, words: MONTHS }
const DAY_OF_WEEK: Field = { name: 'day-of-week', from: 1, to: 7, words: DAYS }
const YEAR: Field = { name: 'year', from: 1970, to: LAST_YEAR }

type DayTest = (day: Date) => boolean

/**
 * A function that answers the first minute after a moment that the six fields fit (milliseconds since the epoch), or
 * undefined where there is none until 2199. Throws an Error that says which field is wrong.
 */
export const parseCron = (fields: string): ((after: number) => number | undefined) => {
  const parts = fields.trim().split(/\s+/)
  if (parts.length !== 6) throw new Error(`a cron expression has six fields, got ${parts.length}`)
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = parts
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new Error('exactly one of day-of-month and day-of-week must be ?')
  }
  const months = numbersOf(month, MONTH)
  const years = numbersOf(year, YEAR)
  const fitsDay = dayOfWeek === '?' ? dayOfMonthTest(dayOfMonth) : dayOfWeekTest(dayOfWeek)
  const fits: DayTest = (day) =>
    years.has(day.getUTCFullYear()) && months.has(day.getUTCMonth() + 1) && fitsDay(day)
  const times = timesOf(numbersOf(hours, HOURS), numbersOf(minutes, MINUTES))
  return (after) => nextTime((Math.floor(after / MINUTE_MS) + 1) * MINUTE_MS, fits, times)
}

const nextTime = (from: number, fits: DayTest, times: readonly number[]): number | undefined => {
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; ; day += DAY_MS) {
    const date = new Date(day)
    if (date.getUTCFullYear() > LAST_YEAR) return undefined
    const time = fits(date) ? times.find((each) => day + each >= from) : undefined
    if (time !== undefined) return day + time
  }
}

/** Milliseconds into the day, in order. */
const timesOf = (hours: ReadonlySet<number>, minutes: ReadonlySet<number>): readonly number[] =>
  [...hours]
    .flatMap((hour) => [...minutes].map((minute) => (hour * 60 + minute) * MINUTE_MS))
    .sort((a, b) => a - b)

const daysIn = (day: Date): number =>
  new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate()

const dayOfMonthTest = (text: string): DayTest => {
  const weekday = /^(L|\d+)W$/.exec(text)?.[1]
  if (text === 'L') return (day) => day.getUTCDate() === daysIn(day)
  if (weekday === undefined) {
    const days = numbersOf(text, DAY_OF_MONTH)
    return (day) => days.has(day.getUTCDate())
  }
  const wanted = weekday === 'L' ? undefined : numberOf(weekday, DAY_OF_MONTH)
  return (day) => day.getUTCDate() === nearestWeekday(day, wanted ?? daysIn(day))
}

// The weekday nearest to a date, within its month; NaN where the month has no such date.
const nearestWeekday = (month: Date, wanted: number): number => {
  const last = daysIn(month)
  if (wanted > last) return NaN
  const weekday = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), wanted)).getUTCDay()
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1
  if (weekday === 0) return wanted === last ? wanted - 2 : wanted + 1
  return wanted
}

const dayOfWeekTest = (text: string): DayTest => {
  const last = /^(\w+)L$/.exec(text)?.[1]
  if (last !== undefined) {
    const weekday = numberOf(last, DAY_OF_WEEK)
    return (day) => day.getUTCDay() + 1 === weekday && day.getUTCDate() + 7 > daysIn(day)
  }
  const [, which, nth] = /^(\w+)#([1-5])$/.exec(text) ?? []
  if (which !== undefined) {
    const weekday = numberOf(which, DAY_OF_WEEK)
    return (day) => day.getUTCDay() + 1 === weekday && Math.ceil(day.getUTCDate() / 7) === Number(nth)
  }
  const weekdays = numbersOf(text === 'L' ? 'SAT' : text, DAY_OF_WEEK)
  return (day) => weekdays.has(day.getUTCDay() + 1)
}

/** The numbers of a list of `*`, `5`, `1-5`, `0/15`, `10-50/10`. */
const numbersOf = (text: string, field: Field): ReadonlySet<number> =>
  new Set(text.split(',').flatMap((part) => rangeOf(part, field)))

const rangeOf = (part: string, field: Field): readonly number[] => {
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? []
  const [first = '', last] = range === '*' ? [String(field.from), String(field.to)] : range.split('-')
  const from = numberOf(first, field)
  const to = last !== undefined ? numberOf(last, field) : step === undefined ? from : field.to
  const by = step === undefined ? 1 : Number(step)
  if (from > to || by < 1) throw new Error(`${field.name} does not understand "${part}"`)
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, i) => from + i * by)
}

const numberOf = (text: string, field: Field): number => {
  const word = field.words?.indexOf(text.toUpperCase()) ?? -1
  if (word >= 0) return field.from + word
  const number = /^\d+$/.test(text) ? Number(text) : NaN
  if (number >= field.from && number <= field.to) return number
  throw new Error(`${field.name} does not understand "${text}"`)
}
