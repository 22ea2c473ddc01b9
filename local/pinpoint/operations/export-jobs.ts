/** CreateExportJob, GetExportJob, GetExportJobs. */
import type { App } from '../app.ts'
import { exportWork, type ExportRun } from '../jobs/export-job.ts'
import { newJob, type ExportDefinition, type Job } from '../jobs/job.ts'
import { runJob } from '../jobs/job-run.ts'
import { parseS3Url } from '../jobs/s3-url.ts'
import { pageOf } from '../page.ts'
import { notImplemented } from '../service-error.ts'
import { appOf, bodyOf, passedRole, requiredText, type Call, type Handler } from './call.ts'
import { jobOf, newestFirst, newIdentity, type ExportServices } from './job-services.ts'

export function exportJobOperations(services: ExportServices) {
  const jobsOf = (call: Call) => appOf(services.apps, call).exportJobs

  return {
    CreateExportJob: (call) => {
      const app = appOf(services.apps, call)
      const definition = exportDefinition(call)
      services.slots.check(call.region)
      const job = start(services, app, definition)
      app.exportJobs.set(job.Id, job)
      return { status: 202, body: job }
    },
    GetExportJob: (call) => ({ status: 200, body: readBack(jobOf(jobsOf(call), call)) }),
    GetExportJobs: (call) => {
      const jobs = newestFirst(jobsOf(call)).map(readBack)
      return { status: 200, body: pageOf(jobs, call.query) }
    },
  } satisfies Record<string, Handler>
}

function start(services: ExportServices, app: App, Definition: ExportDefinition): Job {
  const { fates, timers, random, applyDelayMs, settings } = services
  const { region } = app
  const job = newJob({ ...newIdentity(app, services), Type: 'EXPORT', Definition })
  const fate = fates.ofJob(region, 'ExportJob')
  const run: ExportRun = {
    job,
    app,
    fate,
    timers,
    random,
    applyDelayMs,
    stateMs: settings.stateMs,
    linesPerPart: settings.linesPerPart,
    linesPerSecond: settings.linesPerSecond,
    openObjects: () => services.objects(Definition.RoleArn, region),
  }
  services.slots.run(region, fate, () => runJob(run, exportWork(run)))
  return job
}

function exportDefinition(call: Call): ExportDefinition {
  const body = bodyOf(call)
  const S3UrlPrefix = requiredText(body, 'S3UrlPrefix')
  parseS3Url(S3UrlPrefix, 'S3UrlPrefix')
  if (body['SegmentId'] !== undefined) throw notImplemented('CreateExportJob with SegmentId')
  return { S3UrlPrefix, RoleArn: passedRole(call, body) }
}

/** Source: Developer Guide, "Exporting endpoints": the definition reads back empty. */
const readBack = (job: Job) => ({ ...job, Definition: {} })
