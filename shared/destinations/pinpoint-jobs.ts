/** Pinpoint's Import and Export Jobs in one Region. */
import {
  CreateExportJobCommand,
  CreateImportJobCommand,
  GetExportJobCommand,
  GetImportJobCommand,
  GetImportJobsCommand,
} from '@aws-sdk/client-pinpoint'
import type { ImportJobResponse, JobStatus, PinpointClient } from '@aws-sdk/client-pinpoint'
import { ValueFreeError } from '../endpoint/value-free-error.ts'
import type { Bulk, JobState, Place, Started } from './destination.ts'
import { isThrottled } from './answer.ts'

/** ARNs of the roles that Pinpoint takes to read and to write the Region's bucket. */
export interface JobRoles {
  readonly importRole: string
  readonly exportRole: string
}

/** Pinpoint's nine states (service model, `JobStatus`) in our three. A job PENDING waits for its turn. */
const STATES = {
  CREATED: 'running',
  PREPARING_FOR_INITIALIZATION: 'running',
  INITIALIZING: 'running',
  PROCESSING: 'running',
  PENDING_JOB: 'running',
  COMPLETING: 'running',
  COMPLETED: 'done',
  FAILING: 'running',
  FAILED: 'failed',
} as const satisfies Record<JobStatus, JobState['state']>

export const pinpointJobs = (client: PinpointClient, ApplicationId: string, roles: JobRoles): Bulk => ({
  startImport(from) {
    const ImportJobRequest = {
      Format: 'JSON' as const,
      RoleArn: roles.importRole,
      S3Url: urlOf(from),
      RegisterEndpoints: true,
      DefineSegment: false,
    }
    return started(async () => {
      const { ImportJobResponse } = await client.send(
        new CreateImportJobCommand({ ApplicationId, ImportJobRequest }),
      )
      return ImportJobResponse?.Id
    })
  },
  startExport(to) {
    const ExportJobRequest = { RoleArn: roles.exportRole, S3UrlPrefix: urlOf(to) }
    return started(async () => {
      const { ExportJobResponse } = await client.send(
        new CreateExportJobCommand({ ApplicationId, ExportJobRequest }),
      )
      return ExportJobResponse?.Id
    })
  },
  async checkImport(JobId) {
    const { ImportJobResponse } = await client.send(new GetImportJobCommand({ ApplicationId, JobId }))
    return stateOf(ImportJobResponse)
  },
  async findImport(from) {
    const found = await importsOf(client, ApplicationId, urlOf(from))
    const jobs = found.flatMap((job) => (job.Id === undefined ? [] : [{ job: job.Id, ...stateOf(job) }]))
    return jobs.sort((a, b) => RANKS[a.state] - RANKS[b.state])[0]
  },
  async checkExport(JobId) {
    const { ExportJobResponse } = await client.send(new GetExportJobCommand({ ApplicationId, JobId }))
    return stateOf(ExportJobResponse)
  },
})

const urlOf = ({ bucket, prefix }: Place): string => `s3://${bucket}/${prefix}`

const started = async (create: () => Promise<string | undefined>): Promise<Started> => {
  try {
    const job = await create()
    if (job === undefined) throw new ValueFreeError('Pinpoint created a job without an id')
    return { job }
  } catch (error) {
    if (isThrottled(error)) return 'busy'
    throw error
  }
}

/** Of several jobs on one file the one that may still write counts most, and one that failed least. */
const RANKS = { running: 0, done: 1, failed: 2 } as const satisfies Record<JobState['state'], number>

/** The import jobs on `S3Url`. */
const importsOf = async (
  client: PinpointClient,
  ApplicationId: string,
  S3Url: string,
): Promise<ImportJobResponse[]> => {
  const found: ImportJobResponse[] = []
  let Token: string | undefined
  do {
    const page = await client.send(
      new GetImportJobsCommand({ ApplicationId, PageSize: '100', ...(Token && { Token }) }),
    )
    const jobs = page.ImportJobsResponse?.Item ?? []
    found.push(...jobs.filter(({ Definition }) => Definition?.S3Url === S3Url))
    Token = page.ImportJobsResponse?.NextToken
  } while (Token)
  return found
}

const stateOf = (
  job: {
    JobStatus?: JobStatus | undefined
    TotalProcessed?: number | undefined
    TotalFailures?: number | undefined
    FailedPieces?: number | undefined
  } = {},
): JobState => ({
  state: job.JobStatus === undefined ? 'running' : STATES[job.JobStatus],
  processed: job.TotalProcessed ?? 0,
  failures: job.TotalFailures ?? 0,
  failedPieces: job.FailedPieces ?? 0,
})
