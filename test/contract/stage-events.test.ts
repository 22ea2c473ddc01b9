import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Stage } from '../../local/stage.ts'
import { LOGS, allow, lambdaFunction, openWorkshop, queuePolicy, role, sdk } from './stage-packages.ts'
import type { Workshop } from './stage-packages.ts'

const region = 'eu-west-1'
const att = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] })
const permission = (principal: string, sourceArn: unknown) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    FunctionName: att('Tell'),
    Action: 'lambda:InvokeFunction',
    Principal: principal,
    SourceArn: sourceArn,
    ...(principal.startsWith('s3') && { SourceAccount: { Ref: 'AWS::AccountId' } }),
  },
})
const queueFor = (principal: string, sourceArn: unknown, queueId: string) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: queueId }],
    PolicyDocument: {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: principal },
        Action: 'sqs:SendMessage',
        Resource: att(queueId),
        Condition: { ArnEquals: { 'aws:SourceArn': sourceArn } },
      },
    },
  },
})

/** Everything that can set something off, each with a queue or function that tells of it. */
const resources = {
  Told: { Type: 'AWS::SQS::Queue' },
  Seen: { Type: 'AWS::SQS::Queue' },
  Removed: { Type: 'AWS::SQS::Queue' },
  RemovedPolicy: queuePolicy('Removed', 'files'),
  Lost: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'lost' } },
  TellRole: role('lambda.amazonaws.com', [LOGS, allow('sqs:SendMessage', att('Told'))]),
  Tell: lambdaFunction('tell', 'TellRole', { Environment: { Variables: { TOLD: { Ref: 'Told' } } } }),
  FilesPermission: permission('s3.amazonaws.com', 'arn:aws:s3:::files'),
  Files: {
    Type: 'AWS::S3::Bucket',
    DependsOn: ['FilesPermission', 'RemovedPolicy'],
    Properties: {
      BucketName: 'files',
      NotificationConfiguration: {
        EventBridgeConfiguration: { EventBridgeEnabled: true },
        LambdaConfigurations: [{ Event: 's3:ObjectCreated:Put', Function: att('Tell') }],
        QueueConfigurations: [{ Event: 's3:ObjectRemoved:*', Queue: att('Removed') }],
      },
    },
  },
  SeenRule: {
    Type: 'AWS::Events::Rule',
    DependsOn: 'SeenPolicy',
    Properties: {
      Name: 'seen',
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { object: { key: [{ prefix: 'a' }] } },
      },
      Targets: [{ Id: 'seen', Arn: att('Seen') }],
    },
  },
  SeenPolicy: queueFor(
    'events.amazonaws.com',
    { 'Fn::Sub': 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:rule/seen' },
    'Seen',
  ),
  Minutely: {
    Type: 'AWS::Events::Rule',
    DependsOn: 'MinutelyPermission',
    Properties: {
      Name: 'minutely',
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ Id: 'tell', Arn: att('Tell'), Input: '{"from":"rule"}' }],
    },
  },
  MinutelyPermission: permission('events.amazonaws.com', {
    'Fn::Sub': 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:rule/minutely',
  }),
  MachineRole: role('states.amazonaws.com', [allow('lambda:InvokeFunction', att('Tell'))]),
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'tell',
      RoleArn: att('MachineRole'),
      DefinitionString: {
        'Fn::Sub': '{"StartAt":"tell","States":{"tell":{"Type":"Task","Resource":"${!Tell}","End":true}}}',
      },
      DefinitionSubstitutions: { Tell: att('Tell') },
    },
  },
  ScheduleRole: role('scheduler.amazonaws.com', [allow('states:StartExecution', att('Machine'))], {
    StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
    ArnLike: { 'aws:SourceArn': att('Group') },
  }),
  Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'copies' } },
  Daily: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: 'daily',
      GroupName: { Ref: 'Group' },
      ScheduleExpression: 'cron(0 3 * * ? *)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: { Ref: 'Machine' }, RoleArn: att('ScheduleRole'), Input: '{"from":"schedule"}' },
    },
  },
}

const functions = {
  tell: `${sdk('client-sqs')}
    const queues = new aws.SQSClient()
    export const handler = async (event) => {
      await queues.send(new aws.SendMessageCommand({ QueueUrl: process.env.TOLD, MessageBody: JSON.stringify(event) }))
    }`,
}

let workshop: Workshop
let stage: Stage

beforeAll(async () => {
  workshop = await openWorkshop()
  stage = await workshop.start([{ name: 'events', region, resources, functions }])
})
afterAll(() => workshop.close())

const settings = () => ({
  endpoint: stage.url,
  region,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
})
const s3 = () => new S3Client({ ...settings(), forcePathStyle: true })
const messagesIn = async (queueId: string): Promise<unknown[]> => {
  const QueueUrl = stage.resource('events', queueId).ref
  const sqs = new SQSClient(settings())
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
  )
  return Messages.map(({ Body }) => JSON.parse(Body ?? '') as unknown)
}

describe('a bucket', () => {
  test('sends a queue the test event when it is configured', async () => {
    expect(await messagesIn('Removed')).toMatchObject([
      { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'files' },
    ])
  })

  test('tells a function, a rule and a queue what each asked for', async () => {
    await s3().send(new PutObjectCommand({ Bucket: 'files', Key: 'a/1', Body: 'x' }))
    await s3().send(new PutObjectCommand({ Bucket: 'files', Key: 'b', Body: 'x' }))
    await s3().send(new DeleteObjectCommand({ Bucket: 'files', Key: 'b' }))
    await stage.idle()
    const told = (await messagesIn('Told')) as {
      Records: { eventName: string; s3: { object: { key: string } } }[]
    }[]
    expect(
      told.map(({ Records: [record] }) => `${record?.eventName} ${record?.s3.object.key}`).sort(),
    ).toEqual(['ObjectCreated:Put a/1', 'ObjectCreated:Put b'])
    expect(await messagesIn('Seen')).toMatchObject([
      {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        resources: ['arn:aws:s3:::files'],
        detail: { bucket: { name: 'files' }, object: { key: 'a/1', size: 1 }, reason: 'PutObject' },
      },
    ])
    expect(await messagesIn('Removed')).toMatchObject([
      { Records: [{ eventName: 'ObjectRemoved:Delete', s3: { object: { key: 'b' } } }] },
    ])
  })
})

describe('time', () => {
  test('makes a schedule start its machine with its own role', async () => {
    await stage.scheduler.fire(region, 'daily')
    await stage.idle()
    expect(await messagesIn('Told')).toEqual([{ from: 'schedule' }])
    expect(stage.iam.usage().map(({ action }) => action)).toContain('states:StartExecution')
  })

  test('makes a rule call its function, which lets it in', async () => {
    await stage.scheduler.fire(region, 'minutely')
    await stage.idle()
    expect(await messagesIn('Told')).toEqual([{ from: 'rule' }])
  })
})

describe('Ref and GetAtt answer as CloudFormation documents them', () => {
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['Files', 'files', { Arn: 'arn:aws:s3:::files', RegionalDomainName: 'files.s3.eu-west-1.amazonaws.com' }],
    ['Lost', 'URL/000000000000/lost', { Arn: 'arn:aws:sqs:eu-west-1:000000000000:lost', QueueName: 'lost' }],
    ['Tell', 'tell', { Arn: 'arn:aws:lambda:eu-west-1:000000000000:function:tell' }],
    ['Machine', 'arn:aws:states:eu-west-1:000000000000:stateMachine:tell', { Name: 'tell' }],
    ['Daily', 'daily', { Arn: 'arn:aws:scheduler:eu-west-1:000000000000:schedule/copies/daily' }],
    ['SeenRule', 'seen', { Arn: 'arn:aws:events:eu-west-1:000000000000:rule/seen' }],
  ])('%s', (logicalId, ref, attributes) => {
    const found = stage.resource('events', logicalId)
    expect(found.ref).toBe(ref.replace('URL', stage.url))
    expect(found.attributes).toMatchObject(attributes)
  })

  test('a role without a name is called after its stack and itself', () => {
    const { ref, attributes } = stage.resource('events', 'TellRole')
    expect(ref).toMatch(/^events-TellRole-[0-9A-F]{12}$/u)
    expect(attributes['Arn']).toBe(`arn:aws:iam::000000000000:role/${ref}`)
  })
})

describe('the books', () => {
  test('show that every grant was needed and nothing was refused', () => {
    expect(stage.iam.unused()).toEqual([])
    expect(stage.iam.denials()).toEqual([])
  })
})
