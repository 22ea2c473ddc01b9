import { describe, expect, it } from 'vitest'
import {
  BadInput,
  holdLaneInput,
  readInput,
  receiptsInput,
  reconcileInput,
  redriveInput,
  replayInput,
} from '../../shared/runtime/operator-input.ts'

const KNOWN = ['us-east-1', 'eu-west-1']
const replay = (input: unknown) => readInput('replay', replayInput(KNOWN), input)
const reconcile = (input: unknown) => readInput('reconcile', reconcileInput(KNOWN), input)

const refusalOf = (read: () => unknown): BadInput => {
  try {
    read()
  } catch (error) {
    if (error instanceof BadInput) return error
    throw error
  }
  return expect.unreachable()
}

describe('the input of an operator', () => {
  it('means all Regions where it names none, and each once', () => {
    expect(replay({ keys: ['a'] })).toEqual({ keys: ['a'], regions: KNOWN })
    expect(replay({ keys: ['a'], regions: ['eu-west-1', 'eu-west-1'] }).regions).toEqual(['eu-west-1'])
    expect(reconcile({})).toEqual({ regions: KNOWN, force: false, cursor: undefined })
  })

  it('gives a window in UTC, whatever zone it is in', () => {
    const from = '2026-01-02T01:00:00+02:00'
    expect(replay({ from, to: '2026-01-02T00:00:00Z', cursor: 'c' })).toMatchObject({
      window: { from: '2026-01-01T23:00:00.000Z', to: '2026-01-02T00:00:00.000Z' },
      cursor: 'c',
    })
  })

  it('goes on from the last answer, as a machine hands it back', () => {
    const cursorOf = (input: object) => reconcile(input).cursor
    expect(cursorOf({ cursor: 'c' })).toBe('c')
    expect(cursorOf({ progress: { cursor: 'c', marked: 7 } })).toBe('c')
    expect(cursorOf({ progress: { marked: 7 } })).toBeUndefined()
    expect(cursorOf({ progress: { cursor: null } })).toBeUndefined()
  })

  it.each([
    ['nothing', undefined, 'it (expected: an object with no members but keys'],
    ['no member', {}, 'it (expected: either keys alone, or from and to'],
    ['half a window', { from: '2026-01-01T00:00:00Z' }, 'it (expected: either keys alone'],
    ['keys and a window', { keys: ['a'], from: '2026-01-01T00:00:00Z' }, 'it (expected: either keys alone'],
    ['no key', { keys: [] }, 'keys (expected: at least one key)'],
    ['a key that is no text', { keys: ['a', 7] }, 'keys.1 (expected: a key of the customer table, as text)'],
    ['a key too long for the table', { keys: ['ä'.repeat(1025)] }, 'keys.0 (expected: 1 to 2048 bytes'],
    ['too many keys', { keys: Array<string>(1001).fill('a') }, 'keys (expected: at most 1000 keys'],
    ['a day', { from: '2026-01-01', to: '2026-01-02T00:00:00Z' }, 'from (expected: an instant in ISO 8601'],
    [
      'a window that ends before it begins',
      { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      'from (expected: an instant no later than to)',
    ],
    [
      'an unknown Region',
      { keys: ['a'], regions: ['eu-west-9'] },
      'regions.0 (expected: one of us-east-1, eu-west-1)',
    ],
    ['no Region', { keys: ['a'], regions: [] }, 'regions (expected: at least one Region'],
    [
      'an unknown member',
      { keys: ['a'], region: 'eu-west-1' },
      'no members but keys, from, to, regions, cursor',
    ],
  ])('may not be %s', (_what, input, says) => {
    const { message, stack } = refusalOf(() => replay(input))
    expect(message).toContain('the input of replay is wrong: ')
    expect(message).toContain(says)
    expect(stack).toBe(`BadInput: ${message}`)
  })

  it.each([
    ['redrive', redriveInput(KNOWN), { region: 'eu-west-1' }, 'lane (expected: urgent or bulk)'],
    [
      'hold-lane',
      holdLaneInput(KNOWN),
      { region: 'eu-west-1', paused: 'yes' },
      'paused (expected: true or false)',
    ],
    ['reconcile', reconcileInput(KNOWN), { force: 1 }, 'force (expected: true or false)'],
    ['receipts', receiptsInput(), {}, 'key (expected: a key of the customer table'],
  ])('of %s is checked as well', (verb, schema, input, says) => {
    expect(refusalOf(() => readInput<unknown>(verb, schema, input)).message).toContain(says)
  })

  it('is told all that is wrong with it, up to five', () => {
    const { message } = refusalOf(() => replay({ keys: Array<number>(20).fill(1), regions: 3 }))
    expect(message.match(/expected/g)).toHaveLength(5)
    expect(message).toContain('keys.4')
    expect(message).toContain('and 16 more')
  })

  it('is never quoted', () => {
    const secret = 'ada@example.com'
    const wrong = [
      secret,
      { [secret]: 1 },
      { keys: secret },
      { keys: [{ secret }] },
      { from: secret, to: secret },
      { keys: ['a'], regions: [secret] },
      { keys: ['a'], cursor: { secret } },
    ]
    for (const input of wrong) expect(refusalOf(() => replay(input)).message).not.toContain(secret)
  })
})
