/** Ways to make an import file of a CSV file, side by side: each reads one file, writes another, and counts its rows. */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import { openCsv } from '../../shared/sources/csv/byte-kernel.ts'
import type { RowBatch } from '../../shared/sources/csv/kernel.ts'

export interface Counts {
  readonly accepted: number
  readonly rejected: number
}

/** `bytes`: read no more of the file than that. */
export interface Job {
  readonly from: string
  /** It is there, and long enough: who writes more must not pay for the machine to find new pages. */
  readonly to: string
  readonly bytes: number
}

export type Design = (job: Job) => Promise<Counts>

const CHUNK = 256 * 1024

/** The bytes to read, as any of the designs gets them. */
export const bytesOf = ({ from, bytes }: Job) =>
  createReadStream(from, { highWaterMark: CHUNK, end: bytes - 1 })

/** No more than the bytes themselves: what the machine can do at best. */
const copy: Design = async (job) => {
  const out = openSync(job.to, 'r+')
  for await (const chunk of bytesOf(job)) writeSync(out, chunk as Buffer)
  closeSync(out)
  return { accepted: 0, rejected: 0 }
}

const transform: Design = async (job) => {
  const out = openSync(job.to, 'r+')
  const counts = await transformed(bytesOf(job) as AsyncIterable<Uint8Array>, out)
  closeSync(out)
  return counts
}

/** The kernel at work: the lines of `chunks` into the open file `out`. */
export const transformed = async (
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  out: number,
): Promise<Counts> => {
  const kernel = openCsv()
  const counts = { accepted: 0, rejected: 0 }
  const take = (batches: Iterable<RowBatch>) => {
    for (const { bytes, ends, count, unfit } of batches) {
      counts.accepted += count
      counts.rejected += unfit.length
      if (count > 0) writeSync(out, bytes.subarray(0, ends[count - 1]))
    }
  }
  for await (const chunk of chunks) take(kernel.push(chunk))
  take(kernel.end())
  if (kernel.refusal) throw new Error(kernel.refusal.message)
  return counts
}

// Loaded for itself alone: the libraries' memory is not ours.
const idiomatic: Design = async (job) => (await import('./idiomatic.ts')).idiomatic(job)

export const DESIGNS: Readonly<Record<string, Design>> = { copy, transform, idiomatic }
