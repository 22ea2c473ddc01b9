/**
 * `npm run bench:drop [-- --mb N --small N]`: one long file end to end through the local Regions, and one a tenth as long, each in a process
 * of its own that holds the Regions and all functions. Goal: every row accounted for, the Regions agree, and the process does not grow with the file.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inColumns } from '../local/demo/columns.ts'
import type { DropFigures } from './drop/play.ts'

const { values } = parseArgs({
  options: { mb: { type: 'string', default: '1000' }, small: { type: 'string', default: '100' } },
})
const sizes = [values.small, values.mb].map(Number)
if (!sizes.every((size) => size > 0)) throw new Error('expected --mb and --small to be numbers of megabytes')

/** What a garbage collector that has no need to hurry leaves lying about. */
const MOST_GROWTH = 1.25

const figures = sizes.map((mb): DropFigures => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'drop/play.ts'), String(mb)],
    {
      ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    },
  )
  if (status !== 0) throw new Error(`the drop of ${mb} MB ended with ${status}`)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as DropFigures
})
console.log(
  inColumns([
    [
      'file',
      'rows',
      'accepted',
      'rejected',
      'superseded',
      'verdict',
      'minutes',
      'RSS before',
      'RSS at most',
      'drift',
    ],
    ...figures.map((each) => [
      ...[`${each.megabytes} MB`, each.rows, each.accepted, each.rejected, each.superseded, each.verdict],
      ...[each.minutes, `${each.rssBefore} MB`, `${each.rssMost} MB`, each.drift],
    ]),
  ]),
)
const [small, large] = figures
const growth = (large?.rssMost ?? Infinity) / (small?.rssMost ?? 0)
const isMet =
  growth <= MOST_GROWTH &&
  figures.every((each) => each.drift === 0 && each.verdict === 'complete-with-rejects' && each.isAccountedFor)
console.log(JSON.stringify({ bench: 'drop', isMet, growth: Math.round(growth * 100) / 100, figures }))
process.exitCode = isMet ? 0 : 1
