import { expect, it } from 'vitest'
import { oddFile, randomOf } from '../fixtures/odd-csv.ts'
import { checkFile } from './csv-oracles.ts'

// `npm run fuzz:csv -- --strings 1000000` is the long form.
it('takes any bytes without a throw, cuts cells as csv-parse and papaparse do, or says why not', () => {
  const seen = new Set<string>()
  for (let seed = 1; seed <= 3_000; seed += 1) {
    const { code, wrong } = checkFile(oddFile(randomOf(seed)))
    expect(wrong, `seed ${seed}`).toBeUndefined()
    seen.add(code)
  }
  const all = ['taken', 'NOT_UTF8', 'STRAY_QUOTE', 'UNCLOSED_QUOTE', 'BARE_CR', 'NUL_BYTE', 'EMPTY_FILE']
  expect([...seen]).toEqual(expect.arrayContaining(all))
})
