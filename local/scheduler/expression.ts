/** Schedule expressions: `rate(5 minutes)` and `cron(0 3 * * ? *)`, in UTC. */
import { parseCron } from './cron.ts'
import { invalid, notEmulated } from './scheduler-error.ts'

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** The first moment after `after` that the schedule is due; all in milliseconds since the epoch. */
export type Timing = (after: number) => number | undefined

/**
 * A rate counts from `created`, and is due for the first time one interval later. `exact` wants `1 minute` but
 * `2 minutes`, as rules do. Throws `ValidationException`, or `NotImplemented` for `at()`.
 */
export const parseExpression = (text: string, created: number, exact = false): Timing => {
  const [, kind, content = ''] = /^(rate|cron|at)\((.*)\)$/.exec(text.trim()) ?? []
  switch (kind) {
    case 'rate':
      return rateOf(text, content, created, exact)
    case 'cron':
      return cronOf(text, content, created)
    case 'at':
      throw notEmulated(`the one-time schedule ${text}`)
    default:
      throw invalid(`Invalid Schedule Expression ${text}.`)
  }
}

const rateOf = (text: string, content: string, created: number, exact: boolean): Timing => {
  const [, count = '', unit = '', plural] = /^([1-9]\d*) +(minute|hour|day)(s)?$/.exec(content.trim()) ?? []
  const interval = Number(count) * (UNIT_MS[unit] ?? NaN)
  if (Number.isNaN(interval)) throw invalid(`Invalid Schedule Expression ${text}.`)
  if (exact && (count === '1') === (plural !== undefined)) {
    throw invalid(`Parameter ScheduleExpression is not valid: ${text} (1 minute, but 2 minutes)`)
  }
  return (after) => created + (Math.floor((after - created) / interval) + 1) * interval
}

const cronOf = (text: string, content: string, created: number): Timing => {
  try {
    const next = parseCron(content)
    if (next(created) === undefined) throw new Error('it is never due')
    return next
  } catch (error) {
    throw invalid(
      `Invalid Schedule Expression ${text}: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
}
