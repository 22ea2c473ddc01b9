import { expect, it } from 'vitest'
import { openJsonLines } from '../../shared/sources/json-lines.ts'

it('JSON Lines of rows that all break rules are given in batches of a bounded size', () => {
  const kernel = openJsonLines()
  const text = `{"Id":"a","Address":"${'x'.repeat(1_000)}","ChannelType":"FAX"}\n`.repeat(2_000)
  const sizes = Array.from(kernel.push(Buffer.from(text)), ({ unfit }) => unfit.length)
  expect(sizes.length).toBeGreaterThan(10)
  expect(Math.max(...sizes)).toBeLessThan(200)
})
