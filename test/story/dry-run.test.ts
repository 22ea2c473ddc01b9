import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OTHERS, PRIMARY, REGIONS, STANDBY, openStory, until } from './open-stage.ts'
import type { Story } from './open-stage.ts'

const FILE = [
  'Id,Address,ChannelType,OptOut,Attributes.Plan',
  'new,new@example.com,EMAIL,,gold',
  'there,there@example.com,EMAIL,,gold',
  'out,out@example.com,EMAIL,ALL,',
  'bad,nobody,EMAIL,,',
].join('\n')

describe('a file dropped for a dry run', () => {
  let story: Story
  beforeEach(async () => {
    story = await openStory()
    await story.putIn(PRIMARY, [
      { Id: 'there', Address: 'there@example.com', ChannelType: 'EMAIL', Attributes: { Plan: ['gold'] } },
      { Id: 'out', Address: 'out@example.com', ChannelType: 'EMAIL' },
    ])
  })
  afterEach(() => story.close())

  const dryRun = (name: string, body: string) => story.drop(name, body, {}, 'dry-run/')
  const ledger = async () => {
    const { Items = [] } = await story.documents.send(new ScanCommand({ TableName: story.names.ledgerTable }))
    // Lanes, too, keep their accounts there.
    return Items.map(({ pk, sk }) => `${String(pk)} ${String(sk)}`)
      .filter((row) => /^(run|owed|consent|sent)#/.test(row))
      .map((row) => row.replace(/^run#csv-\w+/, 'run'))
      .sort()
  }

  it('is reported Region by Region, and changes nothing', async () => {
    const before = story.census()
    await dryRun('customers.csv', FILE)
    await story.settled()
    const [report] = await story.reports()
    expect(report).toMatchObject({
      ...{ door: 'dry-run', verdict: 'dry-run', regions: [] },
      file: { rows: 4, accepted: 3, rejected: 1, newOptOuts: 1 },
    })
    const effects = { adds: 3, changes: 0, same: 0, left: 0 }
    expect(report?.forecasts?.map((each) => [each.region, each.how, each.effects])).toEqual(
      REGIONS.map((region) => [
        region,
        'exact',
        region === PRIMARY ? { ...effects, adds: 1, changes: 1, same: 1 } : effects,
      ]),
    )
    expect(report?.forecasts?.[0]?.load).toMatchObject({ rows: 3, jobs: 1, byCalls: { calls: 1 } })
    expect(story.census()).toEqual(before)
    expect(await ledger()).toEqual([
      'run cause',
      ...REGIONS.map((region) => `run forecast#${region}`).sort(),
      'run run',
    ])
    expect(story.executions('csv-drop').map(({ status }) => status)).toEqual(['SUCCEEDED'])
    expect(story.executions('load-region')).toEqual([])
  })

  it('does not wait for a Region that is down, and says so', async () => {
    story.stage.faults.down(STANDBY)
    await dryRun('customers.csv', FILE)
    await until('the run is closed', async () => (await story.reports()).length === 1)
    const [report] = await story.reports()
    const how = new Map(report?.forecasts?.map((each) => [each.region, each.how]))
    expect(how.get(STANDBY)).toBe('unknown')
    for (const region of OTHERS) expect(how.get(region)).toBe('exact')
  })

  it('is refused as it would be in earnest, and not held', async () => {
    await dryRun('empty.csv', '')
    const odd = Array.from({ length: 120 }, (_, at) => `e${at},e${at}@example.com,FAX`)
    await dryRun('odd.csv', `Id,Address,ChannelType\n${odd.join('\n')}\n`)
    await story.settled()
    const reports = await story.reports()
    expect(reports.map(({ verdict }) => verdict).sort()).toEqual(['dry-run', 'refused'])
    expect(reports.find(({ verdict }) => verdict === 'dry-run')?.file).toMatchObject({
      ...{ rows: 120, rejected: 120, wouldBeHeld: 'MANY_REJECTS' },
    })
  })
})
