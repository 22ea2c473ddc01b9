/** An Import Job for one import file: one, whoever dies on the way to it. */
import { answerOf } from '../../destinations/answer.ts'
import type { Bulk, Place, Started } from '../../destinations/destination.ts'
import type { ImportIntents, Intent, Load } from '../../ledger/import-intents.ts'

export interface BeginImport {
  readonly load: Load
  readonly from: Place
  readonly intents: ImportIntents
  /** The Region's. */
  readonly bulk: Pick<Bulk, 'startImport' | 'findImport'>
  /** Whether it is the run's turn in the Region; asked only where there is a job to be created. */
  readonly turn: () => Promise<'go' | 'busy'>
  /** The ledger's time, ms. */
  readonly time: () => Promise<number>
  /** Told where a job is taken over from somebody who died before he could say so. */
  readonly adopted: () => void
}

/**
 * Milliseconds after which whoever noted an intent has no request under way any more: an invocation of start-import lives for
 * a minute, and what has no answer takes effect within half a minute, or never (`FENCE` in fences.ts).
 */
const LIFE = 90_000

/**
 * The job on the file: the one that the ledger knows of, or that the Region has and the ledger not, or a new one. `busy`: ask
 * again, as it is not the run's turn, or the Region has no place, or somebody may just be asking for the job. Throws when the
 * Region does not answer.
 */
export const beginImport = async (task: BeginImport): Promise<Started> => {
  const { load, intents, turn, time } = task
  const seen = await intents.find(load)
  if (seen?.job !== undefined) return { job: seen.job }
  if (seen && !seen.isRefused) {
    const found = await adopt(seen, task)
    if (found) return found
    if ((await time()) - seen.at < LIFE) return 'busy'
  }
  if ((await turn()) === 'busy') return 'busy'
  const intent = await intents.intend(load, await time(), seen)
  return intent ? create(intent, task) : 'busy'
}

const adopt = async (seen: Intent, { load, from, intents, bulk, adopted }: BeginImport) => {
  const found = await bulk.findImport(from)
  if (!found) return undefined
  await intents.conclude(load, seen, { job: found.job })
  adopted()
  return { job: found.job }
}

const create = async (intent: Intent, { load, from, intents, bulk }: BeginImport): Promise<Started> => {
  try {
    const started = await bulk.startImport(from)
    await intents.conclude(load, intent, started === 'busy' ? 'refused' : started)
    return started
  } catch (error) {
    if (isRefusal(error)) await intents.conclude(load, intent, 'refused')
    throw error
  }
}

/** The Region has answered that it did nothing. */
const isRefusal = (error: unknown): boolean => {
  const outcome = answerOf(error)
  return outcome.result === 'rejected' || (outcome.result === 'failed' && outcome.effect === 'none')
}
