/** One design, once, in a process of its own: `node one-run.ts DESIGN FROM TO BYTES`, or `memory BYTES`. Prints its figures as JSON. */
import { devNull } from 'node:os'
import { openSync } from 'node:fs'
import { DESIGNS, transformed } from './designs.ts'
import { peopleCsv } from './people.ts'

const [name = '', ...rest] = process.argv.slice(2)

const played = async () => {
  const [from = '', to = '', bytes = ''] = rest
  const design = DESIGNS[name]
  if (!design) throw new Error(`expected one of ${Object.keys(DESIGNS).join(', ')}, got ${name}`)
  return design({ from, to, bytes: Number(bytes) })
}

/** No file is needed: the generator feeds the transform, and nobody keeps what comes out. */
const inMemory = async () => transformed(peopleCsv(Number(rest[0])), openSync(devNull, 'w'))

const startedAt = performance.now()
const cpuBefore = process.cpuUsage()
const counts = name === 'memory' ? await inMemory() : await played()
const ms = performance.now() - startedAt
const { user, system } = process.cpuUsage(cpuBefore)
// In KiB (Node documentation, `process.resourceUsage`).
console.log(
  JSON.stringify({
    ms,
    cpuMs: (user + system) / 1000,
    ...counts,
    peakMb: process.resourceUsage().maxRSS / 1000,
  }),
)
process.exit(0)
