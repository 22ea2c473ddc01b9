import { describe, expect, it } from 'vitest'
import { csvRecord, oddCells, pick, randomOf } from '../fixtures/odd-csv.ts'
import type { Random } from '../fixtures/odd-csv.ts'
import { readAll, readPlainly } from './csv-read.ts'

const FULL = [
  ...['Id', 'Address', 'ChannelType', 'OptOut', 'EffectiveDate', 'RequestId'],
  ...[
    'Attributes.Interests',
    'Attributes.Interests',
    'Attributes.Plan',
    'Attributes.__proto__',
    'Metrics.Orders',
  ],
  ...['Metrics.Größe "x"', 'Location.City', 'Location.Country', 'Location.Latitude', 'Location.Longitude'],
  ...['Demographic.Locale', 'User.UserId', 'User.UserAttributes.First.Name', 'User.UserAttributes.Seit'],
]

const shuffled = (random: Random, header: readonly string[]) =>
  header
    .map((name) => ({ name, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name)

/** Any of the optional columns, in any order, and now and then a name that nothing but the rules can judge. */
const anyHeader = (random: Random): string[] => {
  const kept = FULL.filter((name, at) => at < 3 || random() < 0.6)
  const odd =
    random() < 0.1
      ? [pick(random, ['Attributes.7', `Attributes.${'n'.repeat(51)}`, 'Metrics.constructor'])]
      : []
  return random() < 0.5 ? [...kept, ...odd] : shuffled(random, [...kept, ...odd])
}

const fileOf = (random: Random, header: readonly string[], rows: number): string =>
  csvRecord(random, header) +
  Array.from({ length: rows }, () => csvRecord(random, oddCells(random, header))).join('')

describe('rows by bytes', () => {
  it('come out byte for byte as by the rules and JSON.stringify', () => {
    const random = randomOf(1)
    let good = 0
    for (let file = 0; file < 300; file += 1) {
      const text = fileOf(random, file % 3 === 0 ? FULL : anyHeader(random), 30)
      const plainly = readPlainly(text)
      expect(readAll(text)).toEqual(plainly)
      good += plainly.rows.length
    }
    expect(good).toBeGreaterThan(1_500)
  })

  it('do so at the limits of an endpoint’s size and number of values', () => {
    const names = (count: number) => Array.from({ length: count }, (_, at) => `Attributes.N${at}`)
    const wide = (header: readonly string[], length: number) => {
      const fields = ['Id', 'Address', 'ChannelType', ...header]
      const cells = ['e1', 'ada@example.com', 'EMAIL', ...header.map(() => 'x'.repeat(length))]
      return readAll(`${fields.join()}\n${cells.join()}\n`)
    }
    expect(wide(names(247), 1).rows).toHaveLength(1)
    expect(wide(names(250), 1).rows).toHaveLength(1)
    expect(wide(names(251), 1).unfit).toMatchObject([{ problems: [{ rule: 'ATTRIBUTE_NAMES' }] }])
    expect(wide(Array<string>(50).fill('Attributes.A'), 9).rows).toHaveLength(1)
    expect(wide(Array<string>(51).fill('Attributes.A'), 9).unfit).toMatchObject([
      { problems: [{ rule: 'ATTRIBUTE_VALUES' }] },
    ])
    const fields = ['Id', 'Address', 'ChannelType', 'Location.City', 'Location.Region', 'Location.PostalCode']
    for (const bytes of [4_060, 4_070, 4_075, 4_080, 4_096, 4_097, 8_192, 8_193, 15_000, 15_400]) {
      // The first two as long as a text may be, where there is so much.
      const [one, two] = [Math.min(bytes, 4096), Math.max(0, Math.min(bytes - 4096, 4096))]
      const cells = [
        'e1',
        'ada@example.com',
        'EMAIL',
        ...[one, two, bytes - one - two].map((size) => 'x'.repeat(size)),
      ]
      const text = `${fields.join()}\n${cells.join()}\n`
      expect(readAll(text)).toEqual(readPlainly(text))
    }
    for (const size of [96, 97, 98, 99, 100]) {
      const text = [
        [...fields.slice(0, 3), ...names(137)],
        ['e1', 'ada@example.com', 'EMAIL', ...names(137).map(() => 'x'.repeat(size))],
      ]
      expect(readAll(text.map((line) => line.join()).join('\n'))).toEqual(
        readPlainly(text.map((line) => line.join()).join('\n')),
      )
    }
  })
})
