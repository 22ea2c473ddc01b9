/** `npm run fuzz:csv -- --strings 1000000 --from 1`: odd byte strings for the CSV kernel, each beside csv-parse and papaparse. */
import { parseArgs } from 'node:util'
import { checkFile } from './unit/csv-oracles.ts'
import { oddFile, randomOf } from './fixtures/odd-csv.ts'

const { values } = parseArgs({
  options: {
    strings: { type: 'string', default: '100000' },
    from: { type: 'string', default: '1' },
    /** Every so manyth is held against the other parsers, which are slow. */
    beside: { type: 'string', default: '10' },
  },
})
const [strings, from, beside] = [Number(values.strings), Number(values.from), Number(values.beside)]
const seen = new Map<string, number>()
let slowest = 0
for (let seed = from; seed < from + strings; seed += 1) {
  const startedAt = performance.now()
  const verdict = checkFile(oddFile(randomOf(seed)), seed % beside === 0)
  slowest = Math.max(slowest, performance.now() - startedAt)
  seen.set(verdict.code, (seen.get(verdict.code) ?? 0) + 1)
  if (verdict.wrong) {
    console.log(`seed ${seed}: ${verdict.wrong}`)
    process.exitCode = 1
  }
}
const codes = Object.fromEntries([...seen].sort(([, a], [, b]) => b - a))
console.log(JSON.stringify({ fuzz: 'csv', strings, from, codes, slowestMs: Math.round(slowest) }))
