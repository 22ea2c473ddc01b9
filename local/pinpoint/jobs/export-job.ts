/** An export job's work: writes every endpoint of a project as gzip parts of JSON lines. */
import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { ObjectStore } from '../../objects.ts'
import type { App } from '../app.ts'
import type { EndpointResponse } from '../endpoint.ts'
import type { Random } from '../identifiers.ts'
import { noteFailure, type ExportDefinition, type Job } from './job.ts'
import { stickAt, type JobRun, type JobWork } from './job-run.ts'
import { createPace, type Pace } from './pace.ts'
import { parseS3Url, type S3Place } from './s3-url.ts'

export interface ExportRun extends JobRun {
  readonly job: Job<ExportDefinition>
  readonly app: App
  readonly random: Random
  readonly linesPerPart: number
  readonly linesPerSecond: number
  /** Opens the objects as the job's role; throws where it may not. */
  readonly openObjects: () => ObjectStore
}

/** One gzip write per line would take five times as long. */
const CHUNK_CHARACTERS = 32 * 1024

interface Plan {
  readonly objects: ObjectStore
  readonly place: S3Place
  readonly endpoints: Generator<EndpointResponse>
  /** Lines behind which a `truncated` fault counts, but does not write. */
  readonly maxLines: number
  readonly pace: Pace
}

/**
 * Each line is the endpoint as it stands when it is its turn: writes go on meanwhile, so the export is no snapshot.
 * A project without endpoints gives no object at all.
 */
export const exportWork = (run: ExportRun): JobWork<Plan> => ({
  async initialize() {
    const objects = run.openObjects()
    const place = folder(parseS3Url(run.job.Definition.S3UrlPrefix, 'S3UrlPrefix'))
    // Fails here, and not after the first part, where the bucket is missing or closed to the role.
    await objects.list(place.bucket, place.key)
    const count = countOf(run.app.endpoints.all())
    const share = run.fate.truncated?.share
    const maxLines = share === undefined ? Infinity : Math.floor(count * share)
    run.job.TotalPieces = Math.ceil(count / run.linesPerPart)
    const pace = createPace(run.timers, run.linesPerSecond)
    return { objects, place, endpoints: run.app.endpoints.all(), maxLines, pace }
  },
  async process(plan) {
    await stickAt(run, 0)
    const endpoints = lookahead(plan.endpoints)
    for (let part = 0; endpoints.hasNext(); part += 1) {
      run.job.TotalPieces = Math.max(run.job.TotalPieces, part + 1)
      if (failsFrom(run) <= part) return failRest(run, part)
      await writePart(run, plan, endpoints, part)
      run.job.CompletedPieces += 1
    }
  },
})

const folder = ({ bucket, key }: S3Place): S3Place => ({
  bucket,
  key: key === '' || key.endsWith('/') ? key : `${key}/`,
})

function countOf(items: Iterable<unknown>): number {
  let count = 0
  const iterator = items[Symbol.iterator]()
  while (iterator.next().done !== true) count += 1
  return count
}

const failsFrom = ({ job, fate }: ExportRun): number => job.TotalPieces - (fate.partial?.pieces ?? 0)

function failRest({ job }: ExportRun, part: number): void {
  job.FailedPieces = job.TotalPieces - part
  noteFailure(job, 'Internal server error')
}

async function writePart(run: ExportRun, plan: Plan, endpoints: Lookahead, part: number): Promise<void> {
  const key = `${plan.place.key}part-${String(part).padStart(5, '0')}.gz`
  const compressed = createGzip()
  // An error of the lines reaches whoever reads the gzip; pipeline wants a callback all the same.
  pipeline(Readable.from(linesOfPart(run, plan, endpoints)), compressed, () => undefined)
  const isLast = () => !endpoints.hasNext()
  const body = run.fate.truncated?.broken === true ? cutOff(compressed, isLast) : compressed
  await plan.objects.write(plan.place.bucket, key, body)
}

async function* linesOfPart(run: ExportRun, plan: Plan, endpoints: Lookahead): AsyncGenerator<string> {
  const { job, fate } = run
  let text = ''
  for (let lines = 0; lines < run.linesPerPart && endpoints.hasNext(); lines += 1) {
    const endpoint = endpoints.next()
    job.TotalProcessed += 1
    if (fate.partial?.rows !== undefined && run.random() < fate.partial.rows) {
      noteFailure(job, `${endpoint.Id}: Internal server error`)
    } else if (job.TotalProcessed <= plan.maxLines) {
      text += `${JSON.stringify(endpoint)}\n`
    }
    if (text.length >= CHUNK_CHARACTERS) {
      yield text
      text = ''
    }
    await plan.pace()
    await stickAt(run, job.TotalProcessed)
  }
  yield text
}

/** The bytes without their last eight, the gzip trailer, where the part turns out to be the last one. */
function cutOff(bytes: Readable, isLast: () => boolean): Readable {
  async function* cut() {
    const chunks: Buffer[] = []
    for await (const chunk of bytes as AsyncIterable<Buffer>) chunks.push(chunk)
    const whole = Buffer.concat(chunks)
    yield isLast() ? whole.subarray(0, Math.max(1, whole.length - 8)) : whole
  }
  return Readable.from(cut())
}

interface Lookahead {
  hasNext(): boolean
  /** Throws where there is no next one. */
  next(): EndpointResponse
}

function lookahead(endpoints: Generator<EndpointResponse>): Lookahead {
  let ahead = endpoints.next()
  return {
    hasNext: () => ahead.done !== true,
    next() {
      if (ahead.done === true) throw new Error('No more endpoints')
      const { value } = ahead
      ahead = endpoints.next()
      return value
    },
  }
}
