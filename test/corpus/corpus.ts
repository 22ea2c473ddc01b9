/** The corpus: malformed and odd files, each with the verdict that issue 4 and reliability.md §B.2 demand. The same seed, the same files. */
import { randomOf } from '../fixtures/odd-csv.ts'
import type { CorpusFile } from './corpus-file.ts'
import { jsonLinesFiles } from './json-lines.ts'
import { oddBytesFiles } from './odd-bytes.ts'
import { oddHeaderFiles } from './odd-headers.ts'
import { oddRowFiles } from './odd-rows.ts'
import { repeatedIdFiles } from './repeated-ids.ts'

export const corpus = (seed: number): readonly CorpusFile[] => {
  const random = randomOf(seed)
  return [
    ...oddBytesFiles(),
    ...oddHeaderFiles(random),
    ...oddRowFiles(random),
    ...repeatedIdFiles(random),
    ...jsonLinesFiles(random),
  ]
}
