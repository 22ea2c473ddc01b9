/** Failures that are kept: every run replays them first. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Violation } from '../history/facts.ts'
import { ROOT } from '../product.ts'

export interface Kept {
  readonly seed: number
  /** Where it failed first. */
  readonly commit: string
  readonly monitor: string
  readonly what: string
}

const FOLDER = join(ROOT, 'sim/seeds')

export const keptSeeds = (folder: string = FOLDER): readonly Kept[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Kept)

export const keep = (seed: number, { monitor, what }: Violation, folder: string = FOLDER): void => {
  mkdirSync(folder, { recursive: true })
  const kept: Kept = { seed, commit: commit(), monitor, what: what.slice(0, 300) }
  writeFileSync(join(folder, `${seed}.json`), `${JSON.stringify(kept, undefined, 2)}\n`)
}

/** The commit that is checked out, with a `+` where there is more than that; `unknown` without git. */
export const commit = (): string => {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', 'shared', 'sim') ? '+' : ''}`
  } catch {
    return 'unknown'
  }
}
