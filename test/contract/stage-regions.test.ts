import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CreateImportJobCommand, GetImportJobCommand, PinpointClient } from '@aws-sdk/client-pinpoint'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Stage } from '../../local/stage.ts'
import { LOGS, allow, lambdaFunction, openWorkshop, role, sdk } from './stage-packages.ts'
import type { TestStack, Workshop } from './stage-packages.ts'

const applications = { 'eu-west-1': 'a'.repeat(32), 'us-east-1': 'b'.repeat(32) }
type Region = keyof typeof applications
const att = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] })

const trustFor = (application: string) => ({
  StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
  ArnLike: {
    'aws:SourceArn': {
      'Fn::Sub': `arn:\${AWS::Partition}:mobiletargeting:\${AWS::Region}:\${AWS::AccountId}:apps/${application}`,
    },
  },
})

const regional = (region: Region): TestStack => ({
  name: 'regional',
  region,
  resources: {
    Staging: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::Sub': 'staging-${AWS::Region}' } } },
    Outbox: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'outbox' } },
    ImportRole: role(
      'pinpoint.amazonaws.com',
      [
        allow('s3:GetObject', { 'Fn::Sub': '${Staging.Arn}/in/*' }),
        {
          ...allow('s3:ListBucket', att('Staging')),
          Condition: { StringLike: { 's3:prefix': 'in/*' } },
        },
      ],
      trustFor(applications[region]),
    ),
    StrangerRole: role('pinpoint.amazonaws.com', [allow('s3:*', '*')], trustFor('c'.repeat(32))),
  },
})

const hub: TestStack = {
  name: 'hub',
  region: 'eu-west-1',
  functions: {
    copy: `${sdk('client-s3')}
      const s3 = new aws.S3Client({ region: 'us-east-1', maxAttempts: 1 })
      export const handler = async (Key) => {
        await s3.send(new aws.PutObjectCommand({ Bucket: 'staging-us-east-1', Key, Body: process.env.AWS_REGION }))
        return 'copied'
      }`,
  },
  resources: {
    CopyRole: role('lambda.amazonaws.com', [
      LOGS,
      allow('s3:PutObject', 'arn:aws:s3:::staging-us-east-1/in/*'),
    ]),
    Copy: lambdaFunction('copy', 'CopyRole'),
  },
}

let workshop: Workshop
let stage: Stage

beforeAll(async () => {
  workshop = await openWorkshop()
  stage = await workshop.start([regional('eu-west-1'), regional('us-east-1'), hub], { applications })
})
afterAll(() => workshop.close())

const settings = (region: Region) => ({
  endpoint: stage.url,
  region,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
})
const s3In = (region: Region) => new S3Client({ ...settings(region), forcePathStyle: true })

describe('two Regions on one port', () => {
  test('each have their own queue of one name', async () => {
    for (const region of ['eu-west-1', 'us-east-1'] as const) {
      const sqs = new SQSClient(settings(region))
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'outbox' }))
      expect(stage.resource('regional', 'Outbox', region).ref).toBe(QueueUrl)
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
      )
      expect(Attributes?.['QueueArn']).toBe(`arn:aws:sqs:${region}:000000000000:outbox`)
    }
  })

  test('are reached from a function of one of them, with its role', async () => {
    const invocation = await stage.lambda.invoke('eu-west-1', 'copy', 'in/a.csv')
    expect(invocation).toMatchObject({ payload: 'copied' })
    const { Body } = await s3In('us-east-1').send(
      new GetObjectCommand({ Bucket: 'staging-us-east-1', Key: 'in/a.csv' }),
    )
    expect(await Body?.transformToString()).toBe('eu-west-1')
    expect(await stage.lambda.invoke('eu-west-1', 'copy', 'out/a.csv')).toMatchObject({
      error: { errorType: 'AccessDenied' },
    })
  })

  test('cannot be told apart by the name of a stack alone', () => {
    expect(() => stage.stack('regional')).toThrow('Stack regional is in several Regions')
    expect(stage.stack('regional', 'us-east-1').region).toBe('us-east-1')
    expect(() => stage.stack('other')).toThrow('There is no stack other; there are regional (eu-west-1)')
    expect(() => stage.resource('hub', 'Nothing')).toThrow('Stack hub has no resource Nothing')
  })

  test('are all there is', async () => {
    const elsewhere = new SQSClient({ ...settings('eu-west-1'), region: 'ap-south-1' })
    await expect(elsewhere.send(new GetQueueUrlCommand({ QueueName: 'outbox' }))).rejects.toThrow(
      'Region ap-south-1 is not here; there are eu-west-1, us-east-1',
    )
  })
})

describe('a Region that is down', () => {
  test('gives no answer to anybody until it is up again, while the other works', async () => {
    stage.faults.down('us-east-1')
    const put = (region: Region) =>
      s3In(region).send(new PutObjectCommand({ Bucket: `staging-${region}`, Key: 'in/b', Body: 'b' }))
    await expect(put('us-east-1')).rejects.toThrow(/socket hang up|ECONNRESET/u)
    expect(await stage.lambda.invoke('eu-west-1', 'copy', 'in/b')).toHaveProperty('error')
    await put('eu-west-1')
    stage.faults.up('us-east-1')
    await put('us-east-1')
  })

  test('that is not here cannot be switched', () => {
    expect(() => stage.faults.down('mars-1')).toThrow('Region mars-1 is not here')
  })

  test('is switched over HTTP too', async () => {
    const call = async (path: string, method = 'GET') => {
      const response = await fetch(stage.url + path, { method })
      return { status: response.status, body: (await response.json()) as object }
    }
    expect(await call('/_stage/regions/us-east-1/down', 'POST')).toEqual({
      status: 200,
      body: { regions: [{ region: 'us-east-1', state: 'down' }] },
    })
    expect(await call('/_stage/regions')).toEqual({
      status: 200,
      body: {
        regions: [
          { region: 'eu-west-1', state: 'up' },
          { region: 'us-east-1', state: 'down' },
        ],
      },
    })
    expect(await call('/_stage/regions/us-east-1/up', 'POST')).toMatchObject({ status: 200 })
    expect(await call('/_stage/regions/mars-1/up', 'POST')).toMatchObject({ status: 404 })
    expect(await call('/_stage/regions/us-east-1/up')).toMatchObject({ status: 405 })
    expect(await call('/_stage/nothing')).toMatchObject({ status: 404 })
    expect(await call('/_pinpoint/faults')).toMatchObject({ status: 200 })
  })
})

describe('a Pinpoint import', () => {
  const jobWith = async (roleId: string, key: string) => {
    const pinpoint = new PinpointClient(settings('us-east-1'))
    const ApplicationId = applications['us-east-1']
    const RoleArn = stage.resource('regional', roleId, 'us-east-1').attributes['Arn']
    const { ImportJobResponse } = await pinpoint.send(
      new CreateImportJobCommand({
        ApplicationId,
        ImportJobRequest: {
          Format: 'CSV',
          RegisterEndpoints: true,
          RoleArn,
          S3Url: `s3://staging-us-east-1/${key}`,
        },
      }),
    )
    await stage.pinpoint.settled()
    const JobId = ImportJobResponse?.Id
    const { ImportJobResponse: job } = await pinpoint.send(new GetImportJobCommand({ ApplicationId, JobId }))
    return job
  }

  beforeAll(async () => {
    const Body = 'ChannelType,Address,Id\nEMAIL,ana@example.com,e-1\n'
    for (const Key of ['in/people.csv', 'secret/people.csv']) {
      await s3In('us-east-1').send(new PutObjectCommand({ Bucket: 'staging-us-east-1', Key, Body }))
    }
  })

  test('reads with a role that trusts Pinpoint for this project', async () => {
    expect(await jobWith('ImportRole', 'in/people.csv')).toMatchObject({
      JobStatus: 'COMPLETED',
      CompletedPieces: 1,
    })
    const endpoints = [...stage.pinpoint.endpoints('us-east-1', applications['us-east-1']).all()]
    expect(endpoints).toMatchObject([{ Id: 'e-1', Address: 'ana@example.com' }])
  })

  test('fails where the role may not read the file', async () => {
    expect(await jobWith('ImportRole', 'secret/people.csv')).toMatchObject({ JobStatus: 'FAILED' })
    expect(stage.iam.denials()).toContainEqual(
      expect.objectContaining({
        principal: stage.resource('regional', 'ImportRole', 'us-east-1').attributes['Arn'],
      }),
    )
  })

  test('fails where the role trusts another project', async () => {
    expect(await jobWith('StrangerRole', 'in/people.csv')).toMatchObject({ JobStatus: 'FAILED' })
  })
})
