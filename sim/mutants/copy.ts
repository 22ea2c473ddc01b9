/** A copy of the product with a mistake in it, in a folder that git does not see. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../product.ts'
import type { Mutant, Patch } from './list.ts'

const FOLDER = join(ROOT, '.sim')

export class PatchFails extends Error {
  override readonly name = 'PatchFails'
}

/** The text with the patch. Throws {@link PatchFails} where `find` is not in it exactly once. */
export const patched = (text: string, { file, find, replace }: Patch): string => {
  const [before, after, ...more] = text.split(find)
  if (before === undefined || after === undefined || more.length > 0)
    throw new PatchFails(`${file}: expected once, found ${text.split(find).length - 1} times: ${find}`)
  return `${before}${replace}${after}`
}

/** The root to load it from. */
export const copyWith = ({ name, patches }: Mutant): string => {
  const root = join(FOLDER, name.replaceAll(/[^a-z]+/gi, '-'))
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root, { recursive: true })
  cpSync(join(ROOT, 'shared'), join(root, 'shared'), { recursive: true })
  for (const patch of patches) {
    const file = join(root, 'shared', patch.file)
    writeFileSync(file, patched(readFileSync(file, 'utf8'), patch))
  }
  return root
}
