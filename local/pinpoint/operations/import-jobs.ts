/** CreateImportJob, GetImportJob, GetImportJobs. */
import type { App } from '../app.ts'
import { newId, type Random } from '../identifiers.ts'
import { importWork, type ImportRun } from '../jobs/import-job.ts'
import { newJob, type ImportDefinition, type Job } from '../jobs/job.ts'
import { runJob } from '../jobs/job-run.ts'
import { parseS3Url } from '../jobs/s3-url.ts'
import { pageOf } from '../page.ts'
import { badRequest, notImplemented } from '../service-error.ts'
import type { Members } from '../wire.ts'
import { appOf, bodyOf, passedRole, requiredText, type Call, type Handler } from './call.ts'
import { jobOf, newestFirst, newIdentity, type ImportServices } from './job-services.ts'

export function importJobOperations(services: ImportServices) {
  const jobsOf = (call: Call) => appOf(services.apps, call).importJobs

  return {
    CreateImportJob: (call) => {
      const app = appOf(services.apps, call)
      const definition = importDefinition(call, services.random)
      services.slots.check(call.region)
      const job = start(services, app, definition)
      app.importJobs.set(job.Id, job)
      return { status: 201, body: job }
    },
    GetImportJob: (call) => ({ status: 200, body: jobOf(jobsOf(call), call) }),
    GetImportJobs: (call) => ({ status: 200, body: pageOf(newestFirst(jobsOf(call)), call.query) }),
  } satisfies Record<string, Handler>
}

function start(services: ImportServices, app: App, Definition: ImportDefinition): Job {
  const { fates, timers, random, applyDelayMs, settings } = services
  const { region } = app
  const job = newJob({ ...newIdentity(app, services), Type: 'IMPORT', Definition })
  const fate = fates.ofJob(region, 'ImportJob')
  const run: ImportRun = {
    job,
    app,
    fate,
    timers,
    random,
    applyDelayMs,
    stateMs: settings.stateMs,
    bounds: settings,
    rowsPerSecond: settings.rowsPerSecond,
    openObjects: () => services.objects(Definition.RoleArn, region),
    fateOfRow: () => fates.ofChange(region, 'ImportJob'),
  }
  services.slots.run(region, fate, () => runJob(run, importWork(run)))
  return job
}

/** Source: Developer Guide, "Importing endpoints": a job that neither registers nor defines is rejected. */
function importDefinition(call: Call, random: Random): ImportDefinition {
  const body = bodyOf(call)
  const Format = requiredText(body, 'Format')
  if (Format !== 'CSV' && Format !== 'JSON') throw badRequest('Invalid Format: expected one of CSV, JSON')
  const S3Url = requiredText(body, 'S3Url')
  parseS3Url(S3Url, 'S3Url')
  const RegisterEndpoints = flag(body, 'RegisterEndpoints')
  const DefineSegment = flag(body, 'DefineSegment')
  if (!RegisterEndpoints && !DefineSegment) {
    throw badRequest('RegisterEndpoints and DefineSegment must not both be false')
  }
  if (body['SegmentId'] !== undefined) throw notImplemented('CreateImportJob with SegmentId')
  const RoleArn = passedRole(call, body)
  const segment = DefineSegment ? newSegment(body, random) : {}
  return { Format, S3Url, RoleArn, RegisterEndpoints, DefineSegment, ...segment }
}

function newSegment(body: Members, random: Random) {
  const SegmentId = newId(random)
  if (body['SegmentName'] === undefined) return { SegmentId }
  return { SegmentId, SegmentName: requiredText(body, 'SegmentName') }
}

function flag(body: Members, name: string): boolean {
  const value = body[name] ?? false
  if (typeof value === 'boolean') return value
  throw badRequest(`Invalid ${name}: expected true or false`)
}
