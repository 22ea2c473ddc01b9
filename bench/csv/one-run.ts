/**
 * One design, once, in a process of its own: `node one-run.ts DESIGN FROM TO BYTES`, or `people BYTES`, which writes such a
 * file to its standard output, or `long BYTES` with longer rows and no id twice, or `memory`, which transforms what comes in, or `prepare
 * BYTES`, which does all that is done with such a long file. Prints its figures as JSON.
 */
import { devNull } from 'node:os'
import { openSync, writeSync } from 'node:fs'
import { DESIGNS, transformed } from './designs.ts'
import { longRows } from '../drop/long-rows.ts'
import { peopleCsv } from './people.ts'

const [name = '', ...rest] = process.argv.slice(2)

const played = async () => {
  const [from = '', to = '', bytes = ''] = rest
  const design = DESIGNS[name]
  if (!design) throw new Error(`expected one of ${Object.keys(DESIGNS).join(', ')}, got ${name}`)
  return design({ from, to, bytes: Number(bytes) })
}

/** Nobody keeps what comes out. */
const inMemory = async () => transformed(process.stdin as AsyncIterable<Uint8Array>, openSync(devNull, 'w'))

const measured = async () => {
  const startedAt = performance.now()
  const cpuBefore = process.cpuUsage()
  const self = process.argv[1] ?? ''
  // Loaded for itself alone: the transform needs none of it.
  const prepared = async () =>
    (await import('./prepare.ts')).preparedWhole([process.execPath, self, 'long', ...rest])
  const counts = await (name === 'memory' ? inMemory() : name === 'prepare' ? prepared() : played())
  const ms = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  // In KiB (Node documentation, `process.resourceUsage`).
  return {
    ms,
    cpuMs: (user + system) / 1000,
    ...counts,
    peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
  }
}

if (name === 'long') for (const piece of longRows(Number(rest[0]))) writeSync(1, piece)
else if (name === 'people') for (const piece of peopleCsv(Number(rest[0]))) writeSync(1, piece)
else console.log(JSON.stringify(await measured()))
