import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { freshLines } from '../../shared/sync/fresh-lines.ts'
import { memoryConsents, memoryLane } from './memory-lane.ts'

const DROPPED = '2026-06-01T12:00:00.000Z'
const sent = (at: string): Sent => ({ fingerprint: '', state: 'applied', fields: [], at })

it('a late file brings nobody back, and nothing that is older than what the Region was sent', async () => {
  const consents = memoryConsents()
  const memory = memoryLane()
  await memory.noteSent(
    new Map([
      ['removed-since', sent('2026-06-01T13:00:00.000Z')],
      ['sent-before', sent('2026-06-01T11:00:00.000Z')],
    ]),
  )
  await consents.note('out-since', { value: 'ALL', at: '2026-06-01T13:00:00.000Z' })
  await consents.note('in-since', { value: 'NONE', at: '2026-06-01T13:00:00.000Z' })
  const lines = ['removed-since', 'sent-before', 'out-since', 'in-since', 'unknown'].map((Id) =>
    JSON.stringify({
      Id,
      Address: `${Id}@example.com`,
      ChannelType: 'EMAIL',
      ...(Id === 'in-since' && { OptOut: 'ALL' }),
    }),
  )
  const counts = { left: 0 }
  const fresh: { Id: string; OptOut?: string }[] = []
  for await (const line of freshLines(
    Readable.from(lines),
    { droppedAt: DROPPED, consents, memory },
    counts,
  )) {
    fresh.push(JSON.parse(line) as { Id: string })
  }
  expect(counts.left).toBe(1)
  expect(fresh.map(({ Id, OptOut }) => [Id, OptOut])).toEqual([
    ['sent-before', undefined],
    ['out-since', 'ALL'],
    ['in-since', undefined],
    ['unknown', undefined],
  ])
})
