/** The Import Jobs of the runs: each is noted before it is asked for, so that one whose answer was lost is not started twice. */
import type { Region } from '../endpoint/endpoint.ts'
import type { Table } from './table.ts'

/** One import file of a run on its way into one Region, for the nth time. */
export interface Load {
  readonly run: string
  readonly region: Region
  readonly attempt: number
  /** Counts from 1. */
  readonly part: number
  /** Which slice of the file, from 1; 0: all of it. */
  readonly slice: number
}

export interface Intent {
  /** Counts from 1: whoever takes over counts on. */
  readonly tries: number
  /** When it was noted: ms, the ledger's time. */
  readonly at: number
  /** The job that came of it. */
  readonly job?: string
  /** Certainly no job came of it. */
  readonly isRefused?: boolean
}

export interface ImportIntents {
  find(load: Load): Promise<Intent | undefined>
  /** Notes that a job is about to be asked for, in place of what was `seen`. Undefined where somebody else has come first. */
  intend(load: Load, at: number, seen?: Intent): Promise<Intent | undefined>
  /** Notes what came of it; nothing is written where somebody has taken over meanwhile. */
  conclude(load: Load, intent: Intent, end: { readonly job: string } | 'refused'): Promise<void>
}

export const importIntents = (table: Table): ImportIntents => {
  const keyOf = ({ run, region, attempt, part, slice }: Load) => ({
    pk: `run#${run}`,
    sk: `import#${region}#${attempt}#${part}#${slice}`,
  })
  return {
    find: async (load) => (await table.get(keyOf(load))) as Intent | undefined,
    async intend(load, at, seen) {
      const intent = { tries: (seen?.tries ?? 0) + 1, at }
      const condition = seen
        ? { expression: 'tries = :seen', values: { ':seen': seen.tries } }
        : { expression: 'attribute_not_exists(pk)' }
      return (await table.put({ ...intent, ...keyOf(load) }, condition)) ? intent : undefined
    },
    async conclude(load, { tries, at }, end) {
      const row = { tries, at, ...(end === 'refused' ? { isRefused: true } : end) }
      const condition = { expression: 'tries = :tries', values: { ':tries': tries } }
      await table.put({ ...row, ...keyOf(load) }, condition)
    },
  }
}
