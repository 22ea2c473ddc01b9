import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { REGIONS, STANDBY, openStory, regions } from './open-stage.ts'
import type { Story } from './open-stage.ts'

/** Stands in every value that belongs to a customer: addresses, names, attributes, a file's name. Never in an id. */
const CANARY = 'kanarienvogel'

const HEADER = 'Id,Address,ChannelType,Attributes.Plan,User.UserId,User.UserAttributes.Name\n'
const ROWS = [
  `ok,${CANARY}@example.com,EMAIL,${CANARY},u1,${CANARY}\n`,
  `bad,${CANARY}(at)example.com,EMAIL,${CANARY},u2,${CANARY}\n`,
  `ragged,${CANARY}@example.com,EMAIL\n`,
  `fax,${CANARY},${CANARY},,,\n`,
]

describe('a customer value', () => {
  let story: Story
  beforeEach(async () => {
    story = await openStory()
  })
  afterEach(() => story.close())

  const logs = async (): Promise<string> => {
    const folder = join(story.data, 'logs')
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.log'))
    return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n')
  }

  const histories = async (): Promise<string> => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const client = new SFNClient({ region: regions.hub, endpoint: story.stage.url, credentials })
    const all = story.stage.states.executions(regions.hub)
    const texts = all.map(async ({ executionArn, ...record }) => {
      const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))
      return JSON.stringify([record, events])
    })
    return (await Promise.all(texts)).join('\n')
  }

  const keys = async (): Promise<string> => {
    const names = [
      story.names.workBucket,
      ...REGIONS.map((region) => story.stage.resource('regional', 'RegionBucket', region).ref),
    ]
    const listed = names.map(async (Bucket, at) => {
      const client = new S3Client({
        region: at === 0 ? regions.hub : (REGIONS[at - 1] ?? ''),
        endpoint: story.stage.url,
        forcePathStyle: true,
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      })
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
      return Contents.map(({ Key }) => Key)
    })
    return JSON.stringify(await Promise.all(listed))
  }

  it('is in no log, no execution history and no name, on good ways and bad', async () => {
    const TableName = story.names.customerTable
    const put = (Id: string, more: object) =>
      story.documents.send(new PutCommand({ TableName, Item: { Id, ...more } }))
    const endpoint = {
      Address: `${CANARY}@example.com`,
      ChannelType: 'EMAIL',
      Attributes: { Plan: [CANARY] },
    }
    await put('t-ok', endpoint)
    await put('t-bad', { ...endpoint, Address: `${CANARY}(at)example.com` })
    await put('t-shape', { ...endpoint, Attributes: { Plan: CANARY }, [CANARY]: CANARY })
    for (let at = 0; at < 16; at += 1) await put(`t-${at}`, { ...endpoint, User: { UserId: CANARY } })
    await story.drop(`${CANARY} list.csv`, HEADER + ROWS.join(''))
    await story.drop(`${CANARY}-2.csv`, ROWS.join(''))
    await story.drop(`${CANARY}-3.csv`, `${HEADER}x,"${CANARY}@example.com,EMAIL\n`)
    await story.settled()
    await story.fire('samepoint-region-copy')
    story.stage.faults.down(STANDBY)
    await story.drop(`${CANARY}-4.csv`, HEADER + ROWS.join(''))
    await story.settled()
    story.stage.faults.up(STANDBY)

    // The value went all the way, so what follows looks in the right places.
    expect(story.endpoint(regions.primary, 'ok')).toMatchObject({ Address: `${CANARY}@example.com` })
    const [logged, history, named] = await Promise.all([logs(), histories(), keys()])
    expect(logged).toContain('"message":"done"')
    expect(logged).toContain('"EndpointsParked"')
    expect(history).toContain('ExecutionSucceeded')
    expect(named).toContain('staging/')
    for (const text of [logged, history, named]) expect(text).not.toContain(CANARY)
  })
})
