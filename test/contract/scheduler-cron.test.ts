import { describe, expect, it } from 'vitest'
import { parseExpression } from '../../local/scheduler/expression.ts'

const FROM = Date.UTC(2026, 0, 1, 0, 0, 30) // a Thursday, half a minute past midnight

const due = (expression: string, count = 3, from = FROM): string[] => {
  const timing = parseExpression(expression, from)
  const found: string[] = []
  for (let at = timing(from); at !== undefined && found.length < count; at = timing(at)) {
    found.push(new Date(at).toISOString().slice(0, 16))
  }
  return found
}

describe('cron', () => {
  it.each([
    ['cron(* * * * ? *)', ['2026-01-01T00:01', '2026-01-01T00:02', '2026-01-01T00:03']],
    ['cron(0 3 * * ? *)', ['2026-01-01T03:00', '2026-01-02T03:00', '2026-01-03T03:00']],
    ['cron(0/15 8-9 ? * MON-FRI *)', ['2026-01-01T08:00', '2026-01-01T08:15', '2026-01-01T08:30']],
    ['cron(5,50 0,23 * * ? *)', ['2026-01-01T00:05', '2026-01-01T00:50', '2026-01-01T23:05']],
    ['cron(10-30/10 6 1 * ? *)', ['2026-01-01T06:10', '2026-01-01T06:20', '2026-01-01T06:30']],
    ['cron(0 12 ? * 1 *)', ['2026-01-04T12:00', '2026-01-11T12:00', '2026-01-18T12:00']],
    ['cron(0 12 ? * L *)', ['2026-01-03T12:00', '2026-01-10T12:00', '2026-01-17T12:00']],
    ['cron(0 0 L * ? *)', ['2026-01-31T00:00', '2026-02-28T00:00', '2026-03-31T00:00']],
    ['cron(0 0 29 FEB ? *)', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
    ['cron(0 0 31 * ? *)', ['2026-01-31T00:00', '2026-03-31T00:00', '2026-05-31T00:00']],
    ['cron(0 9 1W * ? *)', ['2026-01-01T09:00', '2026-02-02T09:00', '2026-03-02T09:00']],
    ['cron(0 9 1W 8 ? *)', ['2026-08-03T09:00', '2027-08-02T09:00', '2028-08-01T09:00']],
    ['cron(0 9 31W * ? *)', ['2026-01-30T09:00', '2026-03-31T09:00', '2026-05-29T09:00']],
    ['cron(0 9 LW * ? *)', ['2026-01-30T09:00', '2026-02-27T09:00', '2026-03-31T09:00']],
    ['cron(0 9 ? * MON#1 *)', ['2026-01-05T09:00', '2026-02-02T09:00', '2026-03-02T09:00']],
    ['cron(0 9 ? * 6L *)', ['2026-01-30T09:00', '2026-02-27T09:00', '2026-03-27T09:00']],
    ['cron(0 0 1 jan,Jul ? 2027/2)', ['2027-01-01T00:00', '2027-07-01T00:00', '2029-01-01T00:00']],
  ])('%s', (expression, times) => {
    expect(due(expression)).toEqual(times)
  })

  it('is strictly after the moment asked about, and ends with its years', () => {
    expect(due('cron(0 0 1 1 ? 2026-2027)', 9, Date.UTC(2026, 0, 1))).toEqual(['2027-01-01T00:00'])
  })

  it.each([
    ['cron(* * * * *)', 'six fields, got 5'],
    ['cron(* * * * * *)', 'exactly one of day-of-month and day-of-week must be ?'],
    ['cron(* * ? * ? *)', 'exactly one of day-of-month and day-of-week must be ?'],
    ['cron(60 * * * ? *)', 'minutes does not understand "60"'],
    ['cron(0 24 * * ? *)', 'hours does not understand "24"'],
    ['cron(0 0 0 * ? *)', 'day-of-month does not understand "0"'],
    ['cron(0 0 32W * ? *)', 'day-of-month does not understand "32"'],
    ['cron(0 0 ? * MOO *)', 'day-of-week does not understand "MOO"'],
    ['cron(0 0 ? * MON#6 *)', 'day-of-week does not understand "MON#6"'],
    ['cron(5-1 0 * * ? *)', 'minutes does not understand "5-1"'],
    ['cron(0/0 0 * * ? *)', 'minutes does not understand "0/0"'],
    ['cron(0 0 30 2 ? *)', 'it is never due'],
    ['every day', 'Invalid Schedule Expression every day.'],
    ['rate(0 minutes)', 'Invalid Schedule Expression rate(0 minutes).'],
    ['rate(5 seconds)', 'Invalid Schedule Expression rate(5 seconds).'],
    ['at(2026-01-01T00:00:00)', 'the one-time schedule at(2026-01-01T00:00:00) is not emulated'],
  ])('%s is refused: %s', (expression, problem) => {
    expect(() => parseExpression(expression, FROM)).toThrow(problem)
  })
})

describe('rate', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(12 hours)', 43_200_000],
    ['rate(1 day)', 86_400_000],
  ])('%s counts from creation and is first due one interval later', (expression, interval) => {
    const timing = parseExpression(expression, FROM)
    expect(timing(FROM)).toBe(FROM + interval)
    expect(timing(FROM + interval - 1)).toBe(FROM + interval)
    expect(timing(FROM + interval)).toBe(FROM + 2 * interval)
  })

  it('wants the right number of its unit in a rule', () => {
    expect(() => parseExpression('rate(1 minutes)', FROM, true)).toThrow('ScheduleExpression is not valid')
    expect(() => parseExpression('rate(5 minute)', FROM, true)).toThrow('ScheduleExpression is not valid')
    expect(parseExpression('rate(1 minutes)', FROM)(FROM)).toBe(FROM + 60_000)
  })
})
