/** Where the files of a run lie: under prefixes of its own, named after the run and never after the customer's key. */
import type { Load } from '../ledger/import-intents.ts'

/** In the hub's work bucket, made by `prepare`. */
export const importPrefix = (run: string): string => `runs/${run}/import/`
export const reportKey = (run: string): string => `reports/${run}/report.json`
export const rejectsKey = (run: string): string => `reports/${run}/rejects.csv`
export const supersededKey = (run: string): string => `reports/${run}/superseded.csv`
/** The rows that a Region has refused one by one, and each call's share of them. */
export const refusedKey = ({ run, region }: Load): string => `reports/${run}/rejects-${region}.jsonl`
export const refusedPrefix = ({ run, region, attempt }: Load): string =>
  `runs/${run}/refused/${region}/${attempt}/`
export const refusedPart = (load: Load, row: number): string =>
  refusedPrefix(load) + [load.part, load.slice, row].map((each) => String(each).padStart(15, '0')).join('-')
/** What the calls have set aside, one after the other, before it is one report. */
export const rejectsPrefix = (run: string): string => `runs/${run}/rejects/`
export const supersededPrefix = (run: string): string => `runs/${run}/superseded/`
export const surveyKey = (run: string): string => `runs/${run}/survey.json`

/** In the bucket of each Region: a prefix for each attempt, so that a job that an earlier one gave up on is not taken for its own. */
export const stagingPrefix = (run: string, attempt: number): string => `staging/${run}/${attempt}/`
/** And for each file of a drop, and each slice of a file: a job takes all that lies under its prefix. */
export const stagedPartPrefix = ({ run, attempt, part, slice }: Load): string =>
  `${stagingPrefix(run, attempt)}${part}${slice > 0 ? `.${slice}` : ''}/`
export const behindKey = (run: string): string => `staging/${run}/behind.json`
export const inactiveKey = (run: string): string => `staging/${run}/inactive.json`
/** A prefix for each attempt: a job whose answer was lost may still write under the one before. */
export const exportPrefix = (run: string, attempt: string): string => `exports/${run}/${attempt}/`

export const partName = (part: number): string => `part-${String(part).padStart(5, '0')}.json`
