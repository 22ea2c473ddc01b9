/** Tells of a check what makes it worth having: it finds nothing in what we deploy, and it finds what is broken. */
import { describe, expect, it } from 'vitest'
import { PACKAGES } from '../../deploy/package.ts'
import { changed, readTemplates } from './templates.ts'
import type { Check, Template } from './templates.ts'

export const templates = await readTemplates(PACKAGES)

/** The packaged stack that has this resource, or else the hub. */
export const stackWith = (id: string): Template => {
  const found =
    templates.find(({ resources }) => Object.hasOwn(resources, id)) ??
    templates.find(({ stack }) => stack === 'hub')
  if (!found) throw new Error(`nothing is packaged in ${PACKAGES}`)
  return found
}

/** What is put where (`undefined` takes away), and what the check must say then. */
export type Fault = readonly [path: string, value: unknown, problem: string]

export const tell = (check: Check, promise: string, faults: readonly Fault[]): void => {
  describe(promise, () => {
    it.each(templates)('holds in the $stack stack of $region', async (template) => {
      expect(await check(template)).toEqual([])
    })

    for (const [path, value, problem] of faults) {
      it(`says "${problem}"`, async () => {
        const id = path.split('.', 1)[0] ?? ''
        expect(await check(changed(stackWith(id), path, value))).toContain(problem)
      })
    }
  })
}
