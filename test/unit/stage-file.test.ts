import { describe, expect, it } from 'vitest'
import { FilesGone, stageFile } from '../../shared/sync/load/load-region.ts'
import { memoryFiles } from './memory-files.ts'
import { openLanes } from './open-lanes.ts'

const LOAD = { run: 'r', region: 'us-west-2', attempt: 2, part: 1, slice: 0 }
const ids = (count: number) => Array.from({ length: count }, (_, at) => `e${at}`)

/** An import file of so many rows, and the ids that staging it, or a slice of two rows, puts where a job finds them. */
const staging = (count: number, lanes = openLanes()) => {
  const { files, objects } = memoryFiles()
  const lines = ids(count).map((Id) => `${JSON.stringify({ Id, Address: `${Id}@example.com` })}\n`)
  objects.set('w/runs/r/import/part-00001.json', lines.join(''))
  const fresh = {
    droppedAt: '2026-06-01T00:00:00.000Z',
    consents: lanes.consents,
    memory: lanes.memory(),
    tell: () => Promise.resolve(),
  }
  const stage = async (slice: number, part = 1) => {
    const places = { work: { bucket: 'w', files }, target: { bucket: 'b', files } }
    const load = { ...LOAD, part, slice }
    const staged = await stageFile({ load, parts: 2, sliceRows: 2, ...places, fresh, turns: lanes.turns() })
    const text = objects.get(`b/${staged.prefix}part-00001.json`) ?? ''
    const found = text.split('\n').filter(Boolean)
    return { staged, found: found.map((line) => (JSON.parse(line) as { Id: string }).Id) }
  }
  return { lanes, stage }
}

describe('an import file', () => {
  it('is staged whole, under a prefix of its own', async () => {
    const { lanes, stage } = staging(5)
    const { staged, found } = await stage(0)
    expect(found).toEqual(ids(5))
    expect(staged).toEqual({
      ...{ bucket: 'b', prefix: 'staging/r/2/1/', rows: 5, left: 0, more: true, moreSlices: false },
      at: '2026-06-01T00:00:00.000Z',
    })
    // The lane knows of it, for as long as an execution may take.
    const loadingUntil = Date.parse('2026-06-01T23:00:00.000Z')
    expect(await lanes.turns().look()).toMatchObject({ loadingUntil })
  })

  it.each([4, 5])(
    'of %i rows is staged in slices that are the whole, each under a prefix that no other begins with',
    async (count) => {
      const { stage } = staging(count)
      const all: string[] = []
      const prefixes: string[] = []
      for (let slice = 1, isMore = true; isMore; slice += 1) {
        const { staged, found } = await stage(slice)
        all.push(...found)
        prefixes.push(staged.prefix)
        isMore = staged.moreSlices === true
      }
      expect(all).toEqual(ids(count))
      expect(prefixes).toHaveLength(Math.ceil(count / 2))
      expect(prefixes[1]).toBe('staging/r/2/1.2/')
    },
  )

  it('keeps its slices where rows are left out', async () => {
    const { lanes, stage } = staging(4)
    lanes.clock.tick(1_000)
    await lanes.write({ Id: 'e1', Address: 'e1@example.com' })
    await lanes.settle()
    expect(await stage(1)).toMatchObject({ found: ['e0'], staged: { rows: 1, left: 1, moreSlices: true } })
    expect(await stage(2)).toMatchObject({
      found: ['e2', 'e3'],
      staged: { rows: 2, left: 0, moreSlices: false },
    })
  })

  it('that is no longer there is said to be gone', async () => {
    await expect(staging(1).stage(0, 2)).rejects.toThrow(FilesGone)
  })
})
