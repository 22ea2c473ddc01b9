/** Reads JSON lines: one complete endpoint a line, as long as lines are, never the whole file. */
import type { Readable } from 'node:stream'
import { isMembers, type Members } from '../wire.ts'
import { LONGEST_ROW_BYTES, type ImportRow } from './import-row.ts'
import { JobFailure } from './job-failure.ts'

const NEWLINE = 0x0a
const BOM = /^\uFEFF/

/** Empty lines are skipped; a line that is not a JSON object is a row with an error. */
export async function* jsonRows(bytes: Readable): AsyncGenerator<ImportRow> {
  for await (const { text, ...place } of lines(bytes)) {
    const line = text.replace(BOM, '').trim()
    if (line !== '') yield { ...place, endpoint: parsed(line) }
  }
}

function parsed(line: string): Members | Error {
  try {
    const value: unknown = JSON.parse(line)
    return isMembers(value) ? value : new Error('expected a JSON object')
  } catch (error) {
    return error as SyntaxError
  }
}

// node:readline would also break lines at U+2028, which JSON strings may hold.
async function* lines(source: Readable): AsyncGenerator<{ text: string; line: number; bytes: number }> {
  let rest: Buffer = Buffer.alloc(0)
  let line = 0
  let bytes = 0
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    for (let to = buffer.indexOf(NEWLINE); to !== -1; to = buffer.indexOf(NEWLINE, from)) {
      line += 1
      bytes += to + 1 - from
      yield { text: buffer.toString('utf8', from, to), line, bytes }
      from = to + 1
    }
    rest = buffer.subarray(from)
    if (rest.length > LONGEST_ROW_BYTES) throw new JobFailure(`line ${line + 1} is longer than 1 MB`)
  }
  if (rest.length > 0) yield { text: rest.toString('utf8'), line: line + 1, bytes: bytes + rest.length }
}
