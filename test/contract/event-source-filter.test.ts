import { describe, expect, test } from 'vitest'
import { recordFilter } from '../../local/event-sources/filter-pattern.ts'

const passes = (pattern: object, record: unknown) =>
  recordFilter({ filters: [{ pattern: JSON.stringify(pattern) }] })(record)

describe('a filter pattern', () => {
  test.each([
    ['exact text', ['a'], 'a', 'b'],
    ['exact number', [7], 7, '7'],
    ['boolean', [true], true, 'true'],
    ['null', [null], null, undefined],
    ['empty text', [''], '', null],
    ['any of several', ['a', { prefix: 'b' }], 'bee', 'cab'],
    ['prefix', [{ prefix: 'eu-' }], 'eu-west-1', 'us-eu-1'],
    ['suffix', [{ suffix: '.csv' }], 'drop.csv', 'csv.gz'],
    ['equals-ignore-case', [{ 'equals-ignore-case': 'ACTIVE' }], 'active', 'inactive'],
    ['anything-but text', [{ 'anything-but': 'a' }], 'b', 'a'],
    ['anything-but a list', [{ 'anything-but': ['a', 1] }], 2, 1],
    ['anything-but a prefix', [{ 'anything-but': { prefix: 'tmp' } }], 'live', 'tmp1'],
    ['exists', [{ exists: true }], null, undefined],
    ['does not exist', [{ exists: false }], undefined, 'here'],
    ['numeric range', [{ numeric: ['>', 0, '<=', 5] }], 5, 0],
    ['numeric equality', [{ numeric: ['=', 3] }], 3, '3'],
    ['an element of a list', ['x'], ['y', 'x'], ['y']],
  ])('%s', (_name, rules, yes, no) => {
    expect(passes({ data: { value: rules } }, { data: { value: yes } })).toBe(true)
    expect(passes({ data: { value: rules } }, { data: { value: no } })).toBe(false)
  })

  test('asks for every name and looks into structures only', () => {
    const pattern = { eventName: ['INSERT'], dynamodb: { NewImage: { state: { S: ['live'] } } } }
    const record = { eventName: 'INSERT', dynamodb: { NewImage: { state: { S: 'live' }, more: { N: '1' } } } }
    expect(passes(pattern, record)).toBe(true)
    expect(passes(pattern, { ...record, eventName: 'REMOVE' })).toBe(false)
    expect(passes(pattern, { eventName: 'INSERT', dynamodb: 'text' })).toBe(false)
    expect(passes({ a: { b: [{ exists: false }] } }, {})).toBe(true)
  })

  test('offers $or', () => {
    const pattern = { $or: [{ a: [1] }, { b: [{ exists: true }] }] }
    expect([{ a: 1 }, { b: 0 }, { a: 2 }].map((record) => passes(pattern, record))).toEqual([
      true,
      true,
      false,
    ])
  })

  test('a DynamoDB number is text to it, as in AWS', () => {
    expect(passes({ age: { N: [{ numeric: ['>', 1] }] } }, { age: { N: '5' } })).toBe(false)
    expect(passes({ age: { N: ['5'] } }, { age: { N: '5' } })).toBe(true)
  })

  test('any of several patterns is enough, and none lets everything pass', () => {
    const filter = recordFilter({ filters: [{ pattern: '{"a":[1]}' }, { pattern: '{"a":[2]}' }] })
    expect([1, 2, 3].map((a) => filter({ a }))).toEqual([true, true, false])
    expect(recordFilter()({})).toBe(true)
    expect(recordFilter({ filters: [] })({})).toBe(true)
  })

  test.each([
    ['{"a":', 'is not JSON'],
    ['["a"]', 'must be an object'],
    ['{"a":"b"}', '.a must hold a list of rules'],
    ['{"a":[{"wildcard":"*x"}]}', '.a uses a rule that is not emulated: {"wildcard":"*x"}'],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', 'not emulated'],
    ['{"$or":[{"a":"b"}]}', 'must hold a list of rules'],
  ])('%s is refused by name', (pattern, message) => {
    expect(() => recordFilter({ filters: [{ pattern }] })).toThrow(message)
  })
})
