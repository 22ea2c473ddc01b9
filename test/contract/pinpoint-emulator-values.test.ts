/** Where the emulator keeps endpoints: in memory or in a file, readers see the same. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDiskValues } from '../../local/pinpoint/disk-values.ts'
import type { DiskValues } from '../../local/pinpoint/disk-values.ts'
import { createEventualMap } from '../../local/pinpoint/eventual-map.ts'
import { inMemory } from '../../local/pinpoint/settled-values.ts'

interface Value {
  readonly Id: string
  readonly Attributes: Readonly<Record<string, readonly string[]>>
}

const valueOf = (Id: string, plan: number): Value => ({
  Id,
  Attributes: { Plan: [`p${plan}`], 'naïve "': [] },
})

describe('endpoints in a file', () => {
  let folder: string
  let disk: DiskValues
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'samepoint-values-'))
    disk = openDiskValues(join(folder, 'new'))
  })
  afterEach(() => {
    disk.close()
    rmSync(folder, { recursive: true })
  })

  it('are what they are in memory, whatever is written, removed and waited for', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'ç', "o'neil"),
      plan: fc.option(fc.integer({ min: 0, max: 3 })),
      wait: fc.constantFrom(0, 10, 60, 200),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom(0, 100), (steps, delay) => {
        let time = 0
        const maps = [inMemory, disk.open].map((open) =>
          createEventualMap(() => time, delay, open<Value>('values')),
        )
        for (const { key, plan, wait } of steps) {
          time += wait
          for (const map of maps) map.write(key, plan === null ? undefined : valueOf(key, plan))
          const seen = maps.map((map) => ({
            newest: map.newest(key),
            visible: map.visible(key),
            all: [...map.visibleValues()].sort((a, b) => (a.Id < b.Id ? -1 : 1)),
          }))
          expect(seen[1]).toEqual(seen[0])
          expect(seen[0]?.newest).toEqual(plan === null ? undefined : valueOf(key, plan))
        }
      }),
    )
  })

  it('are all read, more than a page of them, while others are written', () => {
    const values = disk.open<Value>('many')
    for (let at = 0; at < 2_500; at += 1) values.set(`k${at}`, valueOf(`k${at}`, at))
    const seen: string[] = []
    for (const key of values.keys()) {
      seen.push(key)
      if (seen.length === 1_500) values.set('k0', undefined)
    }
    expect(new Set(seen).size).toBe(2_500)
    expect([...values.keys()]).toHaveLength(2_499)
  })

  it('of two kinds do not meet', () => {
    const [one, other] = [disk.open<string>('one'), disk.open<string>('other')]
    one.set('a', 'x')
    expect([one.get('a'), other.get('a')]).toEqual(['x', undefined])
  })
})
