/** The three stories, told on the local Regions through the same doors that customers use. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, relative } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { BatchWriteCommand, DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { chunksOf } from '../../shared/ledger/chunks.ts'
import type { Regions } from '../../deploy/regions-file.ts'
import { ROOT } from '../options.ts'
import type { Stage } from '../stage.ts'
import { personAt } from './person.ts'
import type { PersonAtStage } from './person.ts'
import { showProgress } from './progress.ts'
import { summarise } from './summary.ts'
import type { Told } from './summary.ts'
import { tableChanges } from './table-items.ts'
import type { Item } from './table-items.ts'

const CUSTOMERS = 300

/** True when all Regions agree, and the file and the copy are in every Region they belong in. */
export const tellStories = async ({ file, ...told }: Told & { readonly file: string }): Promise<boolean> => {
  const { stage, regions } = told
  const person = personAt(stage, regions)
  const { size } = await stat(file)
  await say(
    `1  CSV drop: ${relative(ROOT, file)} into s3://${person.names.dropBucket}/drops/`,
    stage,
    regions,
    () =>
      person.s3.send(
        new PutObjectCommand({
          ...{ Bucket: person.names.dropBucket, Key: `drops/${basename(file)}` },
          ...{ Body: createReadStream(file), ContentLength: size },
        }),
      ),
  )
  await say(
    `2  Customer table: ${CUSTOMERS} customers' endpoints, then updates, opt-outs, opt-ins and deletes`,
    stage,
    regions,
    () => writeCustomers(person),
  )
  await say(
    `3  Region copy: ${regions.primary} → ${regions.standby}, as the schedule would start it`,
    stage,
    regions,
    () => stage.scheduler.fire(regions.hub, person.names.copySchedule),
  )
  const { text, agree } = await summarise(person, told)
  console.log(text)
  return agree
}

const say = async (
  title: string,
  stage: Stage,
  regions: Regions,
  begin: () => Promise<unknown>,
): Promise<void> => {
  console.log(title)
  await begin()
  const stop = showProgress(stage, regions)
  await stage.idle()
  await stage.pinpoint.settled()
  stop()
}

const writeCustomers = async ({ documents, names }: PersonAtStage): Promise<void> => {
  const TableName = names.customerTable
  const { written, updated, optedOut, optedIn, deleted } = tableChanges(CUSTOMERS, Date.now())
  for (const items of chunksOf(written, 25)) {
    const puts = items.map((item: Item) => ({ PutRequest: { Item: item } }))
    await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }))
  }
  for (const item of [...updated, ...optedOut, ...optedIn]) {
    await documents.send(new PutCommand({ TableName, Item: item }))
  }
  for (const Id of deleted) await documents.send(new DeleteCommand({ TableName, Key: { Id } }))
}
