import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import { dropsIn } from '../../shared/runtime/drop-event.ts'
import { runs } from '../../shared/ledger/runs.ts'
import { applyInactive } from '../../shared/sync/copy/apply-inactive.ts'
import { closeCopy } from '../../shared/sync/copy/close-copy.ts'
import { freshLines } from '../../shared/sync/load/fresh-lines.ts'
import { importedIds } from '../../shared/sync/load/mark-touched.ts'
import { behindKey, inactiveKey } from '../../shared/sync/places.ts'
import { memoryDestination } from '../../shared/destinations/memory.ts'
import { memoryFiles } from './memory-files.ts'
import { memoryTable } from './memory-table.ts'

const DAMAGED = '{"Id":"x","Address":ada@example.com}'
const table = memoryTable()
const memory = laneMemory(table, 'us-west-2')
const ledger = runs(table)
const { files, objects } = memoryFiles()
for (const key of [inactiveKey('r'), behindKey('r'), 'staging/r/1/part-0.json'])
  objects.set(`b/${key}`, key.includes('part') ? `{"Id":"a"}\n${DAMAGED}\n` : DAMAGED)

const all = async (items: AsyncIterable<unknown>): Promise<unknown[]> => {
  const found: unknown[] = []
  for await (const item of items) found.push(item)
  return found
}

const fresh = () => {
  const tell = () => Promise.resolve()
  const task = { droppedAt: '', consents: consentRegister(table), memory, tell }
  const lines = Readable.from(['{"Id":"a"}', DAMAGED])
  return all(freshLines({ file: 'runs/r/import/part-0.json', lines }, task, { rows: 0, left: 0 }))
}

describe('what is damaged is named by its place, and not quoted', () => {
  it.each([
    ['line 2 of runs/r/import/part-0.json', fresh],
    [
      'line 2 of staging/r/1/part-0.json',
      () => all(importedIds({ bucket: 'b', prefix: 'staging/r/1/' }, files)),
    ],
    [
      'the list of INACTIVE endpoints',
      () =>
        applyInactive(
          { run: 'r', ledger, bucket: 'b', files, destination: memoryDestination('us-west-2') },
          Infinity,
        ),
    ],
    [
      'the list of what the standby was behind with',
      () =>
        closeCopy(
          { run: 'r', standby: 'us-west-2', exportStartedAt: '' },
          { bucket: 'b', files, lanes: { primary: memory, standby: memory } },
          { ledger, bucket: 'b', files, now: '' },
        ),
    ],
    ['the notification of a drop', () => Promise.resolve().then(() => dropsIn(DAMAGED))],
  ])('%s', async (place, read) => {
    await expect(read()).rejects.toMatchObject({
      name: 'ValueFreeError',
      message: `${place} is damaged: there is no JSON of ours in it`,
    })
  })

  it('nor is what is JSON, and nothing of ours', () => {
    expect(() => dropsIn('"ada@example.com"')).toThrow('the notification of a drop is damaged')
  })
})
