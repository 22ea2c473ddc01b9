import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import { freshLines } from '../../shared/sync/fresh-lines.ts'
import { deletion, tombstone } from '../../shared/sync/plan-remove.ts'
import { memoryTable } from './memory-table.ts'

const DROPPED = '2026-06-01T12:00:00.000Z'
const sent = (at: string): Sent => ({
  fingerprint: 'f',
  state: 'applied',
  fence: 0,
  fields: [],
  at,
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
      ['leaving', deletion({ id: 'leaving', key: 'k' }, sent(''), LONG_AGO).after],
      ['sent-before', sent('2026-06-01T11:00:00.000Z')],
    ]),
  })
  await consents.note('out-since', { value: 'ALL', at: '2026-06-01T13:00:00.000Z' })
  await consents.note('in-since', { value: 'NONE', at: '2026-06-01T13:00:00.000Z' })
  const lines = ['sent-since', 'removed', 'leaving', 'sent-before', 'out-since', 'in-since', 'unknown'].map(
    (Id) =>
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
    { droppedAt: DROPPED, consents, memory },
    counts,
  )) {
    fresh.push(JSON.parse(line) as { Id: string })
  }
  expect(counts).toEqual({ rows: 4, left: 3 })
  expect(fresh.map(({ Id, OptOut }) => [Id, OptOut])).toEqual([
    ['sent-before', undefined],
    ['out-since', 'ALL'],
    ['in-since', undefined],
    ['unknown', undefined],
  ])
})
