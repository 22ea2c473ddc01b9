import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import { freshLines } from '../../shared/sync/load/fresh-lines.ts'
import { deletion, tombstone } from '../../shared/sync/lane/plan-remove.ts'
import { memoryTable } from './memory-table.ts'

const DROPPED = '2026-06-01T12:00:00.000Z'
/** In effect at `at`, and noted a while before. */
const sent = (at: string): Sent => ({
  fingerprint: 'f',
  state: 'applied',
  fence: Date.parse(at),
  fields: [],
  at: new Date(Date.parse(at) - 60_000).toISOString(),
  keys: ['k'],
})
const LONG_AGO = Date.parse('2026-05-01T00:00:00.000Z')

it('a late file brings nobody back, and nothing that is older than what the Region was sent', async () => {
  const table = memoryTable()
  const consents = consentRegister(table)
  const memory = laneMemory(table, 'us-west-2')
  await memory.note({
    sent: new Map([
      ['sent-since', sent('2026-06-01T13:00:00.000Z')],
      ['removed', tombstone(LONG_AGO)],
      [
        'leaving',
        deletion({ id: 'leaving', key: 'k' }, sent(new Date(LONG_AGO).toISOString()), LONG_AGO).after,
      ],
      ['sent-before', sent('2026-06-01T11:59:59.999Z')],
      ['on-its-way', { ...sent('2026-06-01T12:00:00.001Z'), state: 'unknown' }],
    ]),
  })
  await consents.note('out-since', { value: 'ALL', at: '2026-06-01T13:00:00.000Z' })
  await consents.note('in-since', { value: 'NONE', at: '2026-06-01T13:00:00.000Z' })
  const lines = [
    'sent-since',
    'removed',
    'leaving',
    'sent-before',
    'on-its-way',
    'out-since',
    'in-since',
    'unknown',
  ].map((Id) =>
    JSON.stringify({
      Id,
      Address: `${Id}@example.com`,
      ChannelType: 'EMAIL',
      ...(Id === 'in-since' && { OptOut: 'ALL' }),
    }),
  )
  const counts = { rows: 0, left: 0 }
  const fresh: { Id: string; OptOut?: string }[] = []
  for await (const line of freshLines(
    { file: 'part-0', lines: Readable.from(lines) },
    { droppedAt: DROPPED, consents, memory, tell: () => Promise.resolve() },
    counts,
  )) {
    fresh.push(JSON.parse(line) as { Id: string })
  }
  expect(counts).toEqual({ rows: 4, left: 4 })
  expect(fresh.map(({ Id, OptOut }) => [Id, OptOut])).toEqual([
    ['sent-before', undefined],
    ['out-since', 'ALL'],
    ['in-since', undefined],
    ['unknown', undefined],
  ])
})

it('an opt-out goes by the lane when its row is left out, and the lane has not said it', async () => {
  const table = memoryTable()
  const consents = consentRegister(table)
  const memory = laneMemory(table, 'us-west-2')
  const since = sent('2026-06-01T13:00:00.000Z')
  await memory.note({
    sent: new Map([
      ['untold', since],
      ['told', { ...since, optOut: 'ALL' }],
      ['in', since],
      ['gone', tombstone(LONG_AGO)],
    ]),
  })
  for (const id of ['untold', 'told', 'gone', 'stranger'])
    await consents.note(id, { value: 'ALL', at: DROPPED })
  const lines = ['untold', 'told', 'in', 'gone', 'stranger'].map((Id) => JSON.stringify({ Id }))
  const told: (readonly string[])[] = []
  const tell = (ids: readonly string[]) => Promise.resolve(void told.push(ids))
  const counts = { rows: 0, left: 0 }
  const task = { droppedAt: DROPPED, consents, memory, tell }
  for await (const line of freshLines({ file: 'part-0', lines: Readable.from(lines) }, task, counts))
    expect(line).toBe('{"Id":"stranger","OptOut":"ALL"}\n')
  expect(counts).toEqual({ rows: 1, left: 4 })
  expect(told).toEqual([['untold']])
})
