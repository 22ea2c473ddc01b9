/** Import jobs on the stage: start one, look at it, wait for its end. */
import {
  CreateImportJobCommand,
  GetImportJobCommand,
  type ImportJobRequest,
  type ImportJobResponse,
} from '@aws-sdk/client-pinpoint'
import { expect } from 'vitest'
import { APP, eventually, IRELAND, ROLE, type Stage } from './pinpoint-emulator-stage.ts'

/** `stage` is asked for each time, since a test may open another one. */
export function importsOn(stage: () => Stage) {
  async function start(request: Partial<ImportJobRequest> = {}): Promise<ImportJobResponse> {
    const ImportJobRequest = {
      Format: 'CSV',
      S3Url: 's3://drops/in.csv',
      RoleArn: ROLE,
      RegisterEndpoints: true,
      DefineSegment: false,
      ...request,
    } as const
    const command = new CreateImportJobCommand({ ApplicationId: APP, ImportJobRequest })
    const { ImportJobResponse, $metadata } = await stage().client().send(command)
    expect($metadata.httpStatusCode).toBe(201)
    return ImportJobResponse ?? expect.unreachable('no job in the reply')
  }

  async function look(JobId: string | undefined): Promise<ImportJobResponse> {
    const command = new GetImportJobCommand({ ApplicationId: APP, JobId })
    const { ImportJobResponse } = await stage().client().send(command)
    return ImportJobResponse ?? expect.unreachable('no job in the reply')
  }

  const finished = ({ Id }: ImportJobResponse) =>
    eventually(stage().clock, async () => {
      const job = await look(Id)
      return job.CompletionDate === undefined ? undefined : job
    })

  /** Puts a file into the bucket, imports it, and waits for the job's end. */
  async function importing(text: string | Buffer, request: Partial<ImportJobRequest> = {}, key = 'in.csv') {
    stage().bucket.contents.set(key, Buffer.from(text))
    return finished(await start({ S3Url: `s3://drops/${key}`, ...request }))
  }

  const endpoints = () => [...stage().pinpoint.endpoints(IRELAND, APP).all()]
  const ids = () => endpoints().map(({ Id }) => Id)
  return { start, look, finished, importing, endpoints, ids }
}

export const HEADER = 'Id,Address,ChannelType\n'

/** CSV rows of endpoints `e0`, `e1` … */
export const rows = (count: number): string =>
  Array.from({ length: count }, (_, n) => `e${n},user${n}@example.com,EMAIL\n`).join('')
