import { expect, it } from 'vitest'
import { seedsFrom, slice } from './slice.ts'

/** The second slice of a thousand seeds. */
it('another thousand histories break no invariant', { timeout: 600_000 }, async () => {
  const { broken, figures } = await slice(seedsFrom(1_001, 1_000))
  expect(broken.join('\n')).toBe('')
  expect(figures.together).toEqual([])
})
