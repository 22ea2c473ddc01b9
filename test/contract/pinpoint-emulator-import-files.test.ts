import { UpdateEndpointCommand, type EndpointRequest } from '@aws-sdk/client-pinpoint'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HEADER, importsOn } from './pinpoint-emulator-importing.ts'
import { APP, openStage, type Stage } from './pinpoint-emulator-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const { importing, endpoints, ids } = importsOn(() => stage)

describe('a CSV import', () => {
  test('stores every column an endpoint can have, lists by repeated columns', async () => {
    const job = await importing(
      'Id,Address,ChannelType,OptOut,Attributes.pets,Attributes.pets,Metrics.visits,Demographic.Locale,' +
        'Location.City,Location.Latitude,User.UserId,User.UserAttributes.full.name\r\n' +
        'anna,anna@example.com,EMAIL,ALL,cat,"dog, ""Rex""",3.5,en_IE,Cork,51.897,u1,Anna Ó\r\n',
    )
    expect(job).toMatchObject({ JobStatus: 'COMPLETED', TotalProcessed: 1, TotalFailures: 0, Failures: [] })
    expect(endpoints()[0]).toMatchObject({
      Id: 'anna',
      Address: 'anna@example.com',
      ChannelType: 'EMAIL',
      OptOut: 'ALL',
      EndpointStatus: 'ACTIVE',
      RequestId: job.Id,
      Attributes: { pets: ['cat', 'dog, "Rex"'] },
      Metrics: { visits: 3.5 },
      Demographic: { Locale: 'en_IE' },
      Location: { City: 'Cork', Latitude: 51.9 },
      User: { UserId: 'u1', UserAttributes: { 'full.name': ['Anna Ó'] } },
    })
  })

  test('updates known endpoints by id: empty cells say nothing, the endpoint becomes ACTIVE', async () => {
    const EndpointRequest: EndpointRequest = {
      Address: 'anna@example.com',
      ChannelType: 'EMAIL',
      OptOut: 'ALL',
      EndpointStatus: 'INACTIVE',
      Attributes: { tier: ['gold'], city: ['Cork'] },
    }
    const command = new UpdateEndpointCommand({ ApplicationId: APP, EndpointId: 'anna', EndpointRequest })
    await stage.client().send(command)
    const job = await importing('Id,OptOut,Attributes.tier,Attributes.city\nANNA,,silver,\n')
    expect(job.JobStatus).toBe('COMPLETED')
    expect(endpoints()).toHaveLength(1)
    expect(endpoints()[0]).toMatchObject({
      OptOut: 'ALL',
      EndpointStatus: 'ACTIVE',
      Attributes: { tier: ['silver'], city: ['Cork'] },
    })
  })

  test('makes twins INACTIVE as an update would', async () => {
    await importing(`${HEADER}first,anna@example.com,EMAIL\nsecond,anna@example.com,EMAIL\n`)
    expect(endpoints().map(({ EndpointStatus }) => EndpointStatus)).toEqual(['INACTIVE', 'ACTIVE'])
  })

  test('gives rows without an id a new one, every time', async () => {
    await importing('Address,ChannelType\nanna@example.com,EMAIL\n')
    await importing('Address,ChannelType\nanna@example.com,EMAIL\n')
    expect(ids()).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/^[0-9a-f-]{36}$/),
    ])
  })

  test('skips a byte order mark and empty lines, and needs no line end at the end', async () => {
    const job = await importing(`\uFEFF${HEADER}\nanna,anna@example.com,EMAIL\n\nbo,+15550100,SMS`)
    expect(job).toMatchObject({ JobStatus: 'COMPLETED', TotalProcessed: 2, TotalFailures: 0 })
    expect(ids()).toEqual(['anna', 'bo'])
  })

  test('counts the rows that fail, tells of them by line, and completes', async () => {
    const job = await importing(
      `${HEADER.trim()},Metrics.visits\n` +
        'anna,anna@example.com,EMAIL,1\n' +
        'bo,,SMS,\n' +
        'cy,cy@example.com,FAX,\n' +
        'di,di@example.com,EMAIL,many\n' +
        'ed,ed@example.com\n' +
        '"f\tf",f@example.com,EMAIL,\n' +
        'g{g,g@example.com,EMAIL,\n' +
        'hal,hal@example.com,EMAIL,\n',
    )
    expect(job).toMatchObject({
      JobStatus: 'COMPLETED',
      TotalProcessed: 8,
      TotalFailures: 6,
      FailedPieces: 0,
    })
    expect(job.Failures).toEqual([
      'Line 3 of s3://drops/in.csv: Missing Address',
      expect.stringContaining('Line 4 of s3://drops/in.csv: Invalid ChannelType'),
      'Line 5 of s3://drops/in.csv: Invalid Metrics.visits: expected a number',
      'Line 6 of s3://drops/in.csv: expected 4 columns, got 2',
      'Line 7 of s3://drops/in.csv: a value holds a line break or a tab',
      expect.stringContaining('Line 8 of s3://drops/in.csv: Invalid Id'),
    ])
    expect(ids()).toEqual(['anna', 'hal'])
  })

  test('tells of the first hundred failures only', async () => {
    const job = await importing(HEADER + 'x,,EMAIL\n'.repeat(120))
    expect(job.TotalFailures).toBe(120)
    expect(job.Failures).toHaveLength(100)
  })

  test.each([
    ['a wrong case', 'id,Address,ChannelType', 'unknown column "id"'],
    ['EndpointStatus', 'Id,EndpointStatus', 'unknown column "EndpointStatus"'],
    ['CohortId', 'Id,CohortId', 'unknown column "CohortId"'],
    ['CreationDate', 'Id,CreationDate', 'unknown column "CreationDate"'],
    ['a blank', 'Id, Address', 'unknown column " Address"'],
    ['a nameless attribute', 'Id,Attributes.', 'unknown column "Attributes."'],
    ['a repeated plain column', 'Id,Address,Address', 'the column "Address" is repeated'],
    ['nothing that names an endpoint', 'Address,Attributes.tier', 'missing Id, or Address and ChannelType'],
  ])('fails for a header with %s', async (_, header, why) => {
    const job = await importing(`${header}\nx,y,z\n`)
    expect(job).toMatchObject({ JobStatus: 'FAILED', FailedPieces: 1, CompletedPieces: 0 })
    expect(job.Failures?.[0]).toContain(
      "didn't match the format we expected for the createImportJob operation",
    )
    expect(job.Failures?.[0]).toContain(why)
  })

  test('fails for an empty file and for quotes out of order', async () => {
    expect((await importing('')).Failures?.[0]).toContain('the file is empty')
    const job = await importing(`${HEADER}anna,anna@example.com,EMAIL\nbo,"bo@example.com,EMAIL\n`)
    expect(job).toMatchObject({ JobStatus: 'FAILED', FailedPieces: 1 })
    expect(job.Failures?.[0]).toContain('Quote')
  })
})

describe('a JSON import', () => {
  const json = { Format: 'JSON' } as const

  test('reads one endpoint a line and ignores what cannot be imported', async () => {
    const endpoint = {
      Id: 'anna',
      Address: 'anna@example.com',
      ChannelType: 'EMAIL',
      EndpointStatus: 'INACTIVE',
      CohortId: '101',
      CreationDate: '2001-01-01T00:00:00Z',
      ApplicationId: 'another',
      Attributes: { pets: ['cat', 'dog'], odd: ['a\u2028b\nc'], none: [] },
    }
    const job = await importing(`${JSON.stringify(endpoint)}\r\n\n`, json, 'in.json')
    expect(job).toMatchObject({ JobStatus: 'COMPLETED', TotalProcessed: 1, TotalFailures: 0 })
    expect(endpoints()[0]).toMatchObject({
      EndpointStatus: 'ACTIVE',
      ApplicationId: APP,
      CreationDate: expect.stringContaining('2026-11-21') as string,
      Attributes: endpoint.Attributes,
    })
    expect(endpoints()[0]?.CohortId).toMatch(/^\d{1,2}$/)
  })

  test('counts lines that are not a JSON object as failed rows', async () => {
    const good = '{"Id":"anna","Address":"anna@example.com","ChannelType":"EMAIL"}'
    const job = await importing(`{"Id":\n[]\n${good}`, json, 'in.json')
    expect(job).toMatchObject({ JobStatus: 'COMPLETED', TotalProcessed: 3, TotalFailures: 2 })
    expect(job.Failures?.[1]).toBe('Line 2 of s3://drops/in.json: expected a JSON object')
    expect(ids()).toEqual(['anna'])
  })
})
