/** A dropped file → import files that every Region can take, and a report of the rows that none could. */
import { Readable } from 'node:stream'
import { ValueFreeError } from '../../endpoint/value-free-error.ts'
import { delimiterOf } from '../../sources/csv/delimiter.ts'
import type { FileCounts, FileRefused } from '../../ledger/runs.ts'
import { nearest } from '../../sources/nearest.ts'
import { FileRefusal } from './file-refusal.ts'
import { joinRejects } from './outputs.ts'
import { outOfOrdinary } from './out-of-ordinary.ts'
import { NO_ROWS } from './prepared.ts'
import type { Prepare, Prepared } from './prepared.ts'
import { repeatsFrom } from './repeats.ts'
import type { RepeatEntry, Repeats } from './repeats.ts'
import { seatRows, withoutSeat } from './seat-rows.ts'
import type { SeatEntry } from './seat-rows.ts'
import { sinceThen } from './since-then.ts'
import { surveyFile } from './survey-file.ts'
import type { Survey } from './survey-file.ts'
import { writeRows } from './write-rows.ts'
import { surveyKey } from '../places.ts'
import { textOf } from '../text-lines.ts'

/**
 * Reads the file twice, as a stream and in memory that does not grow with it: once to see whether it can be taken and which row
 * of each id is the last, once to write; and once in between where a user has too many endpoints in it. Of the rows that share an id the last good one wins, the others are superseded; but
 * every row's opt-out enters the register, which a later silence does not take back. A refused file leaves nothing behind.
 * Of one that is held, as it is out of the ordinary, there are only the reports. A dry run only says what there would be. Where time runs out, it says where to go on.
 */
export const prepareFile = async (task: Prepare): Promise<Prepared> => {
  try {
    return await prepare({ ...task, ...saidIn(task, (await task.files.metadata(task.source)) ?? {}) })
  } catch (error) {
    if (error instanceof FileRefusal) return { state: 'refused', file: error.refusal }
    throw error
  }
}

const prepare = async (task: Prepare): Promise<Prepared> => {
  const known = task.from ? await notedOf(task) : await surveyed(task)
  const why = known.survey && !task.isReleased ? outOfOrdinary(known.survey) : undefined
  const held = task.isDryRun ? undefined : (task.from?.held ?? why)
  const hasNoSeat = withoutSeat(known.seats, known.repeats)
  const done = await writeRows({ ...task, held, hasNoSeat }, known.repeats, begunWith(task, why?.code))
  if (done.state === 'unfinished') await note(task, known)
  return done.state === 'done' ? finished(task, done, held) : done
}

type Done = Extract<Prepared, { state: 'done' }>

const finished = async (task: Prepare, done: Done, held: FileRefused | undefined): Promise<Prepared> => {
  await joinRejects(task)
  if (held) return { state: 'held', file: held }
  return { ...done, file: { ...done.file, ...(await sinceThen(task.files, task.source)) } }
}

const begunWith = ({ from, isDryRun, mapping }: Prepare, wouldBeHeld: string | undefined): FileCounts =>
  from?.counts ?? {
    ...NO_ROWS,
    ...(mapping && { mapping: mapping.name, endpoints: 0, empty: 0 }),
    ...(isDryRun && { newOptOuts: 0, ...(wouldBeHeld && { wouldBeHeld }) }),
  }

/** What the object's metadata say of how to read it. */
const saidIn = (
  { delimiter, mappings = new Map() }: Prepare,
  said: Readonly<Record<string, string>>,
): Pick<Prepare, 'delimiter' | 'mapping'> => {
  const [separator, mapping] = [delimiter ?? delimiterOf(said['delimiter'] ?? 'comma'), said['mapping']]
  if (typeof separator !== 'number') throw new FileRefusal(separator)
  if (mapping === undefined) return { delimiter: separator }
  const found = mappings.get(mapping.trim().toLowerCase())
  if (!found) throw new FileRefusal(unknownMapping(mapping, [...mappings.keys()]))
  return { delimiter: separator, mapping: found }
}

const unknownMapping = (name: string, known: readonly string[]) => {
  const near = nearest(name, known)
  const hint = near === undefined ? `the mappings are ${known.join(', ')}` : `did you mean ${near}?`
  return {
    code: 'MAPPING_UNKNOWN',
    message: `the upload names in x-amz-meta-mapping a mapping that there is not; ${hint}`,
  }
}

/** What has to be known of the whole file before a row of it can be written. */
interface Known {
  readonly repeats: Pick<Repeats, 'wins' | 'entries'>
  readonly seats: readonly SeatEntry[]
  /** Only in the first call. */
  readonly survey?: Pick<Survey, 'rows' | 'unfit' | 'optOuts'>
}

const surveyed = async (task: Prepare): Promise<Known> => {
  const { repeats, crowded, ...counts } = await surveyFile(task)
  const { entries, unseated } = await seatRows(task, crowded, repeats)
  return { repeats, seats: entries, survey: { ...counts, unfit: counts.unfit + unseated } }
}

interface Noted {
  readonly repeats: readonly RepeatEntry[]
  readonly seats: readonly SeatEntry[]
}

const notedOf = async ({ files, bucket, run }: Prepare): Promise<Known> => {
  const noted = await files.read({ bucket, key: surveyKey(run) })
  if (!noted) throw new ValueFreeError('what was known of the file is no longer in the work bucket')
  const { repeats, seats } = JSON.parse(await textOf(noted)) as Noted
  return { repeats: repeatsFrom(repeats), seats }
}

/** For the next call: some kilobytes mostly, some megabytes in the worst case. */
const note = ({ files, bucket, run }: Prepare, { repeats, seats }: Known): Promise<void> => {
  const noted: Noted = { repeats: repeats.entries(), seats }
  return files.write({ bucket, key: surveyKey(run) }, Readable.from([JSON.stringify(noted)]))
}
