/** The reports of the runs, as they lie in the work bucket. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { Report } from '../../shared/ledger/report.ts'
import type { PersonAtStage } from './person.ts'

export interface Found {
  readonly report: Report
  readonly place: string
}

export const readReports = async (person: PersonAtStage): Promise<Found[]> => {
  const keys = (await reportKeys(person)).filter((key) => key.endsWith('/report.json'))
  return Promise.all(
    keys.map(async (key) => ({
      report: JSON.parse(await textOf(person, key)) as Report,
      place: `s3://${person.names.workBucket}/${key}`,
    })),
  )
}

/** Puts what is under `reports/` into `folder` as plain files; the folder they are in. */
export const saveReports = async (person: PersonAtStage, folder: string): Promise<string> => {
  for (const key of await reportKeys(person)) {
    const file = join(folder, key)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, await textOf(person, key))
  }
  return join(folder, 'reports')
}

const reportKeys = async ({ s3, names }: PersonAtStage): Promise<string[]> => {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: names.workBucket, Prefix: 'reports/' }),
  )
  return Contents.flatMap(({ Key }) => Key ?? [])
}

const textOf = async ({ s3, names }: PersonAtStage, Key: string): Promise<string> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: names.workBucket, Key }))
  return (await Body?.transformToString()) ?? ''
}
