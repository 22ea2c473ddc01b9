import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { patched } from '../../sim/mutants/copy.ts'
import { huntOne } from '../../sim/mutants/hunt.ts'
import { MUTANTS } from '../../sim/mutants/list.ts'
import { loadProduct, ROOT } from '../../sim/product.ts'

describe('the mutants', () => {
  it('are many, and each changes the product as it is now', () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(12)
    const unfit = MUTANTS.flatMap(({ name, patches }) =>
      patches.flatMap((patch) => {
        try {
          patched(readFileSync(join(ROOT, 'shared', patch.file), 'utf8'), patch)
          return []
        } catch (error) {
          return [`${name}: ${String(error)}`]
        }
      }),
    )
    expect(unfit).toEqual([])
  })
  it('are only made where the text is there once', () => {
    const patch = { file: 'f.ts', find: 'a', replace: 'b' }
    expect(patched('xay', patch)).toBe('xby')
    expect(() => patched('xy', patch)).toThrow('expected once, found 0 times')
    expect(() => patched('aa', patch)).toThrow('expected once, found 2 times')
  })
  // All of them: npm run sim -- --mutants
  it.each(['no fence', 'no lease', 'deletes forgotten'])(
    '%s is found',
    { timeout: 120_000 },
    async (name) => {
      const mutant = MUTANTS.find((each) => each.name === name)
      if (!mutant) throw new Error(`no mutant is called ${name}`)
      const verdict = await huntOne(mutant, await loadProduct(), { from: 1, seeds: 100 })
      expect(verdict.monitor, verdict.what).toBeDefined()
    },
  )
})
