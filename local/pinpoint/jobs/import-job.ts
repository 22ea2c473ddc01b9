/** An import job's work: reads its objects row by row and lets each row act like an update. */
import { pipeline, type Readable } from 'node:stream'
import type { ObjectStore } from '../../objects.ts'
import type { App } from '../app.ts'
import { parseEndpointChange } from '../endpoint-change.ts'
import type { ChangeFate } from '../faults.ts'
import { newUuid, type Random } from '../identifiers.ts'
import { Closed } from '../timers.ts'
import type { Members } from '../wire.ts'
import { csvRows } from './csv-rows.ts'
import { findImportFiles, type ImportBounds, type ImportFile } from './import-files.ts'
import type { ImportRow } from './import-row.ts'
import { noteFailure, type ImportDefinition, type Job } from './job.ts'
import { failureText, stickAt, type JobRun, type JobWork } from './job-run.ts'
import { jsonRows } from './json-rows.ts'
import { createPace, type Pace } from './pace.ts'
import { plainUtf8 } from './plain-utf8.ts'
import { parseS3Url } from './s3-url.ts'

export interface ImportRun extends JobRun {
  readonly job: Job<ImportDefinition>
  readonly app: App
  readonly random: Random
  readonly bounds: ImportBounds
  readonly rowsPerSecond: number
  /** Opens the objects as the job's role; throws where it may not. */
  readonly openObjects: () => ObjectStore
  readonly fateOfRow: () => ChangeFate
}

interface Plan {
  readonly objects: ObjectStore
  readonly files: readonly ImportFile[]
  readonly pace: Pace
}

export const importWork = (run: ImportRun): JobWork<Plan> => ({
  async initialize() {
    const { S3Url, Format } = run.job.Definition
    const objects = run.openObjects()
    const files = await findImportFiles(objects, parseS3Url(S3Url, 'S3Url'), Format, run.bounds)
    run.job.TotalPieces = files.reduce((sum, file) => sum + file.pieces, 0)
    return { objects, files, pace: createPace(run.timers, run.rowsPerSecond) }
  },
  async process(plan) {
    await stickAt(run, 0)
    for (const file of plan.files) await importFile(run, plan, file)
  },
})

/** A file that cannot be read takes its remaining pieces with it, and the job goes on to the next file. */
async function importFile(run: ImportRun, plan: Plan, file: ImportFile): Promise<void> {
  const { job } = run
  const pieces = createPieces(run, file)
  try {
    const bytes = await plan.objects.read(file.bucket, file.key)
    for await (const row of rowsOf(bytes, job.Definition)) {
      pieces.reach(row.bytes)
      if (!pieces.isFailing()) importRow(run, file, row)
      await plan.pace()
      await stickAt(run, job.TotalProcessed)
    }
    pieces.end()
  } catch (error) {
    if (error instanceof Closed) throw error
    noteFailure(job, `s3://${file.bucket}/${file.key}: ${failureText(error)}`)
    pieces.failRest()
  }
}

function rowsOf(bytes: Readable, definition: ImportDefinition): AsyncGenerator<ImportRow> {
  const text = plainUtf8()
  // Errors reach the reader through `text`; pipeline wants a callback all the same.
  pipeline(bytes, text, () => undefined)
  return definition.Format === 'CSV' ? csvRows(text, definition.RegisterEndpoints) : jsonRows(text)
}

function importRow(run: ImportRun, file: ImportFile, row: ImportRow): void {
  const { job, fate } = run
  job.TotalProcessed += 1
  try {
    if (row.endpoint instanceof Error) throw row.endpoint
    const rows = fate.partial?.rows
    if (rows !== undefined && run.random() < rows) throw new Error('Internal server error')
    register(run, row.endpoint)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    noteFailure(job, `Line ${row.line} of s3://${file.bucket}/${file.key}: ${error.message}`)
  }
}

/** A row cannot carry a status: whatever it says of one is ignored, and it makes the endpoint ACTIVE. */
function register(run: ImportRun, row: Members): void {
  const change = parseEndpointChange({ ...row, EndpointStatus: undefined }, row['Id'] ?? newUuid(run.random))
  if (!run.job.Definition.RegisterEndpoints || run.fateOfRow().lost) return
  run.app.endpoints.put([change], run.job.Id)
}

/** Counts the pieces of one file as the bytes of its rows pass by. */
function createPieces({ job, fate }: ImportRun, file: ImportFile) {
  const firstFailing = job.TotalPieces - (fate.partial?.pieces ?? 0)
  let ended = 0
  let current = 0

  const isFailing = () => file.firstPiece + current >= firstFailing
  const endOne = () => {
    if (isFailing()) job.FailedPieces += 1
    else job.CompletedPieces += 1
    ended += 1
  }
  const reachPiece = (piece: number) => {
    while (current < piece) {
      endOne()
      current += 1
    }
  }

  return {
    isFailing,
    reach: (bytes: number) =>
      reachPiece(Math.min(file.pieces - 1, Math.floor(((bytes - 1) / file.bytes) * file.pieces))),
    end() {
      reachPiece(file.pieces - 1)
      endOne()
    },
    failRest() {
      job.FailedPieces += file.pieces - ended
    },
  }
}
