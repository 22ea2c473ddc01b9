/** One import or export job: its nine states, its counters, and how it reads on the wire. */
import { limits } from '../limits.ts'

/** Source: service model 2016-12-01, `JobStatus`, in the order given there. */
export type JobStatus =
  | 'CREATED'
  | 'PREPARING_FOR_INITIALIZATION'
  | 'INITIALIZING'
  | 'PROCESSING'
  | 'PENDING_JOB'
  | 'COMPLETING'
  | 'COMPLETED'
  | 'FAILING'
  | 'FAILED'

export interface ImportDefinition {
  readonly Format: 'CSV' | 'JSON'
  readonly S3Url: string
  readonly RoleArn: string
  readonly RegisterEndpoints: boolean
  readonly DefineSegment: boolean
  readonly SegmentId?: string
  readonly SegmentName?: string
}

export interface ExportDefinition {
  readonly S3UrlPrefix: string
  readonly RoleArn: string
}

/** ImportJobResponse and ExportJobResponse. */
export interface Job<Definition = ImportDefinition | ExportDefinition> {
  readonly ApplicationId: string
  readonly Id: string
  readonly Type: 'IMPORT' | 'EXPORT'
  readonly CreationDate: string
  readonly Definition: Definition
  JobStatus: JobStatus
  CompletionDate: string | undefined
  TotalPieces: number
  CompletedPieces: number
  FailedPieces: number
  TotalProcessed: number
  TotalFailures: number
  readonly Failures: string[]
}

export const newJob = <Definition>(
  fixed: Pick<Job<Definition>, 'ApplicationId' | 'Id' | 'Type' | 'CreationDate' | 'Definition'>,
): Job<Definition> => ({
  ...fixed,
  JobStatus: 'CREATED',
  CompletionDate: undefined,
  TotalPieces: 0,
  CompletedPieces: 0,
  FailedPieces: 0,
  TotalProcessed: 0,
  TotalFailures: 0,
  Failures: [],
})

/** Counts a failed entry; the job tells of the first hundred. */
export function noteFailure(job: Job, text: string): void {
  job.TotalFailures += 1
  if (job.Failures.length < limits.failuresListed) job.Failures.push(text)
}
