/** Import Jobs of one Region: rows are taken one by one over a while, and not always all of them. */
import { tooManyRequests } from '../../local/pinpoint/service-error.ts'
import type { Host } from '../clock/host.ts'
import type { Random } from '../clock/random.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Fact } from '../history/facts.ts'
import type { Weather } from '../history/weather.ts'
import { shownItem } from './commands.ts'
import type { Sent } from './commands.ts'
import type { Effects } from './effects.ts'
import { fateOf } from './fate.ts'
import { absent, heardOf, refusal } from './replies.ts'
import type { Reply } from './replies.ts'
import type { Store } from './store.ts'

export interface JobsOptions {
  readonly region: string
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly random: Random
  readonly note: (fact: Fact) => void
  readonly store: Store
  readonly effects: Effects
  readonly linesAt: (url: string) => readonly string[]
}

export interface Jobs {
  send(host: Host): (command: unknown) => Promise<unknown>
  /** Jobs that are not over. */
  readonly running: () => number
}

interface Job {
  readonly id: string
  readonly url: string
  status: 'PENDING_JOB' | 'PROCESSING' | 'COMPLETED' | 'FAILED'
  processed: number
  failures: number
}

/** Developer guide, "Amazon Pinpoint quotas" (2026): import jobs at a time. */
const AT_ONCE = 2

const OPERATIONS = new Set(['CreateImportJobCommand', 'GetImportJobCommand', 'GetImportJobsCommand'])

export const isOfJobs = (command: unknown): boolean => OPERATIONS.has(nameOf(command))

const nameOf = (command: unknown): string => (command as { constructor: { name: string } }).constructor.name

export const jobsOf = (options: JobsOptions): Jobs => {
  const { region, scheduler, weather, random, note } = options
  const jobs: Job[] = []
  const running = () =>
    jobs.filter(({ status }) => status === 'PENDING_JOB' || status === 'PROCESSING').length

  const create = (url: string): Reply => {
    if (running() >= AT_ONCE || weather.strikes('import job limit', random)) return refusal(tooManyRequests())
    const job: Job = { id: `job-${jobs.length + 1}`, url, status: 'PENDING_JOB', processed: 0, failures: 0 }
    jobs.push(job)
    note({ kind: 'job', at: scheduler.now(), region, job: job.id, prefix: prefixOf(url), state: 'created' })
    const wait = weather.strikes('import waits', random) ? random.between(20_000, 120_000) : 0
    scheduler.after(random.between(300, 5_000) + wait, () => run(job, options))
    return accepted({ ImportJobResponse: wire(job) })
  }
  const serve = (command: unknown): Reply => {
    const { input } = command as { input: { JobId?: string; ImportJobRequest?: { S3Url: string } } }
    if (input.ImportJobRequest) return create(input.ImportJobRequest.S3Url)
    if (input.JobId === undefined) return accepted({ ImportJobsResponse: { Item: jobs.map(wire) } })
    const job = jobs.find(({ id }) => id === input.JobId)
    return job ? accepted({ ImportJobResponse: wire(job) }) : absent()
  }
  return {
    send: (host) => (command) =>
      host.ask<unknown>(({ ok, fail }) => {
        const fate = fateOf(region, weather, random)
        let reply: Reply | undefined
        if (fate.arrivesAfter !== undefined)
          scheduler.after(fate.arrivesAfter, () => {
            reply = fate.isDone ? serve(command) : refusal(tooManyRequests())
          })
        scheduler.after(fate.heardAfter + 1, () => {
          const heard = heardOf(fate, reply)
          if (heard.answer === 'accepted') ok(heard.ok)
          else fail(heard.error)
        })
      }),
    running,
  }
}

const accepted = (ok: unknown): Reply => ({ ok, answer: 'accepted', lost: [] })

const prefixOf = (url: string): string => url.replace(/^s3:\/\/[^/]+\//, '')

const wire = ({ id, url, status, processed, failures }: Job) => ({
  ...{ Id: id, JobStatus: status, TotalProcessed: processed, TotalFailures: failures },
  Definition: { S3Url: url },
})

const run = (job: Job, options: JobsOptions): void => {
  const { region, scheduler, weather, random, note, linesAt } = options
  job.status = 'PROCESSING'
  const rows = linesAt(job.url).map((line) => JSON.parse(line) as Sent)
  const isFailing = weather.strikes('import fails', random)
  const taken = isFailing ? rows.slice(0, Math.floor(rows.length / 2)) : rows
  const slow = weather.strikes('import slow', random) ? random.between(60_000, 400_000) : 0
  const length = random.between(500, 20_000) + slow
  const times = taken.map(() => random.between(0, length)).sort((one, other) => one - other)
  taken.forEach((row, at) => scheduler.after(times[at] ?? 0, () => take(job, row, options)))
  scheduler.after(length, () => {
    job.status = isFailing ? 'FAILED' : 'COMPLETED'
    const state = isFailing ? 'failed' : 'done'
    note({ kind: 'job', at: scheduler.now(), region, job: job.id, prefix: prefixOf(job.url), state })
  })
}

/** A row cannot carry a status: it makes the endpoint ACTIVE. */
const take = (job: Job, row: Sent, options: JobsOptions): void => {
  const { region, scheduler, weather, random, note, store, effects } = options
  const item = shownItem(row)
  const at = scheduler.now()
  job.processed += 1
  if (weather.strikes('import row refused', random)) {
    job.failures += 1
    note({ kind: 'refused row', at, region, id: item.id })
    return
  }
  const [change] = store.accept([row], at)
  if (!change) throw new Error('a row has become nothing')
  effects.now(undefined, 'import', { id: item.id, apply: () => store.put(change, at), row: item })
}
