import { GetObjectCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import { OTHERS, REGIONS, STANDBY, openStory, until } from './open-stage.ts'
import type { Story } from './open-stage.ts'
import { packagedWith } from './packaged-with.ts'

const ROWS = 60
const HEAD = 'Id,Address,ChannelType,User.UserId,OptOut\n'
const file = `${HEAD}${Array.from(
  { length: ROWS },
  (_, at) => `e${at},e${at}@example.com,EMAIL,${at === 30 ? 'u' : ''},${at === 5 ? 'ALL' : ''}`,
).join('\n')}\n`

describe('rows that an Import Job leaves out', () => {
  let story: Story
  beforeEach(async () => {
    story = await openStory()
  })
  afterEach(() => story.close())

  const rejectsOf = async (run: string, region: string): Promise<(Endpoint & { Samepoint: object })[]> => {
    const Key = `reports/${run}/rejects-${region}.jsonl`
    const { Body } = await story.s3.send(new GetObjectCommand({ Bucket: story.names.workBucket, Key }))
    const text = (await Body?.transformToString()) ?? ''
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Endpoint & { Samepoint: object })
  }
  /** To an application of its own the Region owes this user's fifteen endpoints; the file brings a sixteenth. */
  const fillUser = () =>
    story.putIn(
      STANDBY,
      Array.from({ length: 15 }, (_, at) => ({
        ...{ Id: `own-${at}`, Address: `own-${at}@example.com`, ChannelType: 'EMAIL' as const },
        User: { UserId: 'u' },
      })),
    )
  const outcomes = async () => {
    const [report] = await story.reports()
    return report?.regions.map(({ region, result, processed, failures, named = 0, left, attempt }) => ({
      ...{ region, result, processed, failures, named, left, attempt },
    }))
  }
  const whole = { result: 'applied', processed: ROWS, failures: 0, named: 0, left: 0, attempt: 1 }

  it('are named beside the report where the Region refuses them, and the others are there', async () => {
    await fillUser()
    await story.drop('customers.csv', file)
    await story.settled()
    const [report] = await story.reports()
    expect(report).toMatchObject({ verdict: 'partial', file: { rows: ROWS, accepted: ROWS } })
    expect(await outcomes()).toEqual(
      REGIONS.map((region) => ({ region, ...whole, ...(region === STANDBY && { failures: 1, named: 1 }) })),
    )
    expect(await rejectsOf(report?.run ?? '', STANDBY)).toMatchObject([
      { Id: 'e30', Samepoint: { problems: [{ rule: 'BadRequestException' }] } },
    ])
    expect(story.count(STANDBY)).toBe(15 + ROWS - 1)
    for (const region of OTHERS) expect(story.count(region)).toBe(ROWS)
    expect(story.stage.iam.denials()).toEqual([])
  })

  it('are there in the end where nothing is wrong with them', async () => {
    const fault = { kind: 'partial', operation: 'ImportJob', times: 1 } as const
    story.stage.pinpoint.faults.add({ ...fault, region: STANDBY, rows: 0.3 })
    await story.drop('customers.csv', file)
    await story.settled()
    expect(await outcomes()).toEqual(REGIONS.map((region) => ({ region, ...whole })))
    expect((await story.reports())[0]?.verdict).toBe('complete')
    expect(story.census().map(({ endpoints, drift }) => [endpoints, drift])).toEqual(
      REGIONS.map(() => [ROWS, 0]),
    )
    expect(story.endpoint(STANDBY, 'e5')?.OptOut).toBe('ALL')
  })

  it('go by calls where the job fails again and again', async () => {
    await story.close()
    story = await openStory({
      pinpoint: { applyDelayMs: 20, import: { stateMs: 20, pieceBytes: 1_000 }, export: { stateMs: 20 } },
    })
    story.stage.pinpoint.faults.add({
      ...{ kind: 'partial', operation: 'ImportJob', region: STANDBY, pieces: 1 },
    })
    await story.drop('customers.csv', file)
    await until(
      'the report is complete',
      async () => {
        await story.fire('samepoint-settle-owed')
        return (await story.reports())[0]?.verdict === 'complete'
      },
      90,
    )
    await story.settled()
    expect(await outcomes()).toEqual(
      REGIONS.map((region) => ({ region, ...whole, attempt: region === STANDBY ? 2 : 1 })),
    )
    expect(story.count(STANDBY)).toBe(ROWS)
  }, 120_000)

  it('are looked for in slices where the file is too long for calls', async () => {
    await story.close()
    const packaged = await packagedWith({ bulkThreshold: '25', quotaShare: '1' })
    story = await openStory({ packages: packaged.packages })
    await fillUser()
    await story.drop('customers.csv', file)
    await story.settled()
    await packaged.remove()
    expect(await outcomes()).toEqual(
      REGIONS.map((region) => ({ region, ...whole, ...(region === STANDBY && { failures: 1, named: 1 }) })),
    )
    expect(await rejectsOf((await story.reports())[0]?.run ?? '', STANDBY)).toMatchObject([{ Id: 'e30' }])
    expect(story.count(STANDBY)).toBe(15 + ROWS - 1)
    expect(story.stage.iam.denials()).toEqual([])
  }, 120_000)
})
