import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { customersCsv } from '../fixtures/make-customers.ts'
import { OTHERS, REGIONS, STANDBY, agree, openStory, regions, until } from './open-stage.ts'
import type { Story } from './open-stage.ts'

const file = customersCsv(120, 3)
const good = file.split('\n').length - 2

describe('a dropped CSV file', () => {
  let story: Story
  beforeEach(async () => {
    story = await openStory()
  })
  afterEach(() => story.close())

  it('reaches every Region, row by row, and leaves a report', async () => {
    await story.drop('clientes München + 50%2F.csv', file)
    await story.settled()
    const [report] = await story.reports()
    expect(report).toMatchObject({
      verdict: 'complete-with-rejects',
      file: { rows: good },
      source: { key: 'drops/clientes München + 50%2F.csv' },
    })
    const { accepted = 0 } = report?.file as { accepted?: number }
    expect(
      report?.regions.map(({ region, result, processed, failures }) => [region, result, processed, failures]),
    ).toEqual(REGIONS.map((region) => [region, 'applied', accepted, 0]))
    expect(story.census().map(({ endpoints, drift }) => [endpoints, drift])).toEqual(
      REGIONS.map(() => [accepted, 0]),
    )
    expect(story.executions('csv-drop').map(({ status }) => status)).toEqual(['SUCCEEDED'])
  })

  it('is read by the delimiter that its metadata name', async () => {
    const body = 'Id;Address;ChannelType\ne1;ada@example.com;EMAIL\n'
    await story.drop('customers.csv', body, { delimiter: 'semicolon' })
    await story.drop('unnamed.csv', body)
    await story.settled()
    const reports = await story.reports()
    expect(reports.map(({ verdict }) => verdict).sort()).toEqual(['complete', 'refused'])
    for (const region of REGIONS) expect(story.endpoint(region, 'e1')?.Address).toBe('ada@example.com')
  })

  it('is read by the mapping that its metadata name, where its names are not those of Pinpoint', async () => {
    const header =
      'Contact ID,E-mail,E-mail opt-out,Mobile,SMS opt-out,Plan,Interests,Orders,First name,Last name,City,Country'
    const body = `${header}\nc1,ada@example.com,yes,+12125550100,no,gold,,3,Ada,L,Bern,CH\nc2,,,,,,,,,,,\n`
    await story.drop('contacts.csv', body, { mapping: 'crm-export' })
    await story.drop('other.csv', body, { mapping: 'crm-exprot' })
    await story.settled()
    const reports = await story.reports()
    expect(reports.map(({ verdict }) => verdict).sort()).toEqual(['complete', 'refused'])
    const [complete, refused] = ['complete', 'refused'].map((wanted) =>
      reports.find(({ verdict }) => verdict === wanted),
    )
    expect(complete?.file).toMatchObject({ rows: 2, accepted: 2, endpoints: 2, empty: 1 })
    expect(refused?.file).toMatchObject({ code: 'MAPPING_UNKNOWN' })
    for (const region of REGIONS) {
      expect(story.count(region)).toBe(2)
      expect(story.endpoint(region, 'c1-email')).toMatchObject({
        OptOut: 'ALL',
        Attributes: { Plan: ['gold'] },
      })
      expect(story.endpoint(region, 'c1-phone')?.OptOut).toBe('NONE')
    }
  })

  it('does not wait for a Region that is down, and pays it when it is back, without another drop', async () => {
    story.stage.faults.down(STANDBY)
    await story.drop('customers.csv', file)
    await until('the run is closed', async () => (await story.reports()).length > 0)
    const [report] = await story.reports()
    expect(report?.verdict).toBe('partial')
    expect(report?.regions.filter(({ result }) => result === 'failed').map(({ region }) => region)).toEqual([
      STANDBY,
    ])
    expect(story.count(STANDBY)).toBe(0)
    for (const region of OTHERS) expect(story.count(region)).toBeGreaterThan(100)

    story.stage.faults.up(STANDBY)
    await until(
      'the report is complete',
      async () => (await story.reports())[0]?.verdict === 'complete-with-rejects',
    )
    await story.settled()
    expect(agree(story.census())).toBe(true)
    await story.fire('samepoint-settle-owed')
    await story.settled()
    expect(story.executions('load-region').filter(({ name }) => name.includes(STANDBY))).toHaveLength(2)
  })

  it('is one run however often its event comes', async () => {
    await story.drop('customers.csv', file)
    await story.settled()
    const before = story.census()
    const source = (await story.reports())[0]?.source
    const notification = {
      Records: [
        {
          eventTime: '2026-01-01T00:00:00.000Z',
          s3: {
            bucket: { name: source?.['bucket'] },
            object: { key: 'drops/customers.csv', versionId: source?.['version'] },
          },
        },
      ],
    }
    const drops = story.stage.sqs.queue(regions.hub, 'samepoint-drops')
    for (let times = 0; times < 3; times += 1) drops?.send({ body: JSON.stringify(notification) })
    await story.settled()
    expect(story.executions('csv-drop')).toHaveLength(1)
    expect(story.census()).toEqual(before)
  })

  it('is found by the sweep when its event was lost, and is one run when that comes after all', async () => {
    const drops = story.stage.sqs.queue(regions.hub, 'samepoint-drops')
    drops?.configure({ DelaySeconds: '900' })
    for (const name of ['first', 'second']) await story.drop('müller + söhne.csv', plan(name))
    drops?.purge()
    drops?.configure({ DelaySeconds: '0' })
    await story.fire('samepoint-sweep-drops', Date.now() + 60_000)
    await story.settled()
    expect(story.executions('csv-drop')).toEqual([])

    const due = Date.now() + 3_600_000
    await story.fire('samepoint-sweep-drops', due)
    await story.settled()
    expect((await story.reports()).map(({ verdict }) => verdict)).toEqual(['complete', 'complete'])
    const [{ source, openedAt } = {}] = await story.reports()
    expect(source?.['key']).toBe('drops/müller + söhne.csv')
    const { key = '', bucket: name, version: versionId } = source ?? {}
    const s3 = { bucket: { name }, object: { key: encodeURIComponent(key), versionId } }
    const late = { Records: [{ eventTime: new Date(Date.parse(openedAt ?? '') + 500).toISOString(), s3 }] }
    drops?.send({ body: JSON.stringify(late) })
    await story.fire('samepoint-sweep-drops', due)
    await story.settled()
    expect(story.executions('csv-drop')).toHaveLength(2)
  })

  it('dropped again is a run of its own that changes nothing', async () => {
    await story.drop('customers.csv', file)
    await story.settled()
    const before = story.census()
    await story.drop('customers.csv', file)
    await story.settled()
    expect(await story.reports()).toHaveLength(2)
    expect(story.census()).toEqual(before)
  })

  it.each([
    ['EMPTY_FILE', ''],
    ['HEADER_UNKNOWN', 'Id,Adress,ChannelType\n1,ada@example.com,EMAIL\n'],
    ['UNCLOSED_QUOTE', 'Id,Address,ChannelType\n1,"ada@example.com,EMAIL\n'],
  ])('is refused whole with %s, and imports nothing', async (code, body) => {
    await story.drop('customers.csv', body)
    await story.settled()
    expect((await story.reports()).map(({ verdict, file: said }) => [verdict, said])).toEqual([
      ['refused', { code, message: expect.any(String) as string }],
    ])
    expect(story.census().map(({ endpoints }) => endpoints)).toEqual(REGIONS.map(() => 0))
    expect(story.executions('csv-drop').map(({ error }) => error)).toEqual(['FileRefused'])
  })

  it('is held where it is out of the ordinary, and loaded when a person releases it', async () => {
    const rows = Array.from(
      { length: 120 },
      (_, at) => `e${at},e${at}@example.com,${at % 2 ? 'EMAIL' : 'FAX'},ALL`,
    )
    await story.drop('odd.csv', `Id,Address,ChannelType,OptOut\n${rows.join('\n')}\n`)
    await story.settled()
    const [held] = await story.reports()
    expect(held).toMatchObject({ verdict: 'held', file: { held: { rows: 120, rejected: 60 } } })
    expect(story.count(STANDBY)).toBe(0)
    expect(story.executions('csv-drop').map(({ error }) => error)).toEqual(['FileHeld'])
    // It is in nobody's way.
    await story.drop('other.csv', 'Id,Address,ChannelType\no1,o1@example.com,EMAIL\n')
    await story.settled()
    expect(REGIONS.map((region) => story.count(region))).toEqual(REGIONS.map(() => 1))

    const decide = (release: boolean) =>
      story.stage.lambda.invoke(regions.hub, 'samepoint-release-drop', { run: held?.run, release })
    await decide(true)
    await story.settled()
    expect(await decide(false)).toMatchObject({ error: { errorType: 'NotHeld' } })
    const verdicts = (await story.reports()).map(({ verdict }) => verdict)
    expect(verdicts.sort()).toEqual(['complete', 'complete-with-rejects', 'held'])
    for (const region of REGIONS) expect(story.endpoint(region, 'e1')?.OptOut).toBe('ALL')
  })

  it('never undoes an opt-out: a blank or NONE in the file says nothing of consent', async () => {
    const row = (optOut: string) =>
      `Id,Address,ChannelType,OptOut,Attributes.Plan\ne1,ada@example.com,EMAIL,${optOut},${optOut || 'blank'}\n`
    for (const optOut of ['ALL', 'NONE', '']) {
      await story.drop('customers.csv', row(optOut))
      await story.settled()
    }
    for (const region of REGIONS) {
      expect(story.endpoint(region, 'e1')).toMatchObject({ OptOut: 'ALL', Attributes: { Plan: ['blank'] } })
    }
  })

  const plan = (name: string) => {
    const rows = Array.from({ length: 400 }, (_, at) => `e${at},e${at}@example.com,EMAIL,${name}`)
    return `Id,Address,ChannelType,Attributes.Plan\n${rows.join('\n')}\n`
  }
  const plans = () =>
    REGIONS.map(
      (region) =>
        new Set(
          Array.from({ length: 400 }, (_, at) => story.endpoint(region, `e${at}`)?.Attributes?.['Plan']?.[0]),
        ),
    )

  it('comes after the file dropped before it, in every Region', async () => {
    for (const name of ['first', 'second', 'third']) await story.drop(`${name}.csv`, plan(name))
    await story.settled()
    expect(plans()).toEqual(REGIONS.map(() => new Set(['third'])))
    expect((await story.reports()).map(({ verdict }) => verdict)).toEqual([
      'complete',
      'complete',
      'complete',
    ])
  })

  it('waits behind the older debt of a Region that was down', async () => {
    story.stage.faults.down(STANDBY)
    for (const name of ['first', 'second']) await story.drop(`${name}.csv`, plan(name))
    await until('both runs are closed', async () => (await story.reports()).length === 2)
    expect((await story.reports()).map(({ verdict }) => verdict)).toEqual(['partial', 'partial'])
    story.stage.faults.up(STANDBY)
    await until('both reports are complete', async () =>
      (await story.reports()).every(({ verdict }) => verdict === 'complete'),
    )
    await story.settled()
    expect(plans()).toEqual(REGIONS.map(() => new Set(['second'])))
  })

  it('is tried again when the attempt ended without a word', async () => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const client = new SFNClient({ region: regions.hub, endpoint: story.stage.url, credentials })
    story.stage.pinpoint.faults.add({ kind: 'stuck', region: STANDBY, operation: 'ImportJob', times: 1 })
    const loading = () =>
      story
        .executions('load-region')
        .find(({ name, status }) => name.includes(STANDBY) && status === 'RUNNING')
    await story.drop('customers.csv', plan('gold'))
    await until('the load has begun', () => loading() !== undefined)
    await until(
      'the others are done',
      () => story.executions('load-region').filter(({ status }) => status === 'SUCCEEDED').length === 2,
    )
    await client.send(new StopExecutionCommand({ executionArn: loading()?.executionArn }))
    await until('the run is closed', async () => (await story.reports())[0]?.verdict === 'partial')
    // The stuck job would be adopted for ever: to Pinpoint it is still running.
    story.stage.pinpoint.faults.clear()
    expect((await story.reports())[0]?.regions.find(({ region }) => region === STANDBY)?.result).toBe(
      'failed',
    )
    await until('another attempt has begun', () => loading() !== undefined)
  })
})
