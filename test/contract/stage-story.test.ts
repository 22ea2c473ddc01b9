import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn'
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Stage } from '../../local/stage.ts'
import { LOGS, allow, lambdaFunction, openWorkshop, queuePolicy, role, sdk } from './stage-packages.ts'
import type { TestStack, Workshop } from './stage-packages.ts'

const region = 'eu-west-1'
const att = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] })

/** bucket → queue → function → state machine → function → table → stream → function → queue */
const story = (recorderMay: object): TestStack => ({
  name: 'hub',
  region,
  functions: {
    receive: `${sdk('client-sfn')}
      const states = new aws.SFNClient()
      export const handler = async ({ Records }) => {
        for (const { messageId, body } of Records) {
          const { Event, Records: drops = [] } = JSON.parse(body)
          for (const drop of drops) {
            const input = JSON.stringify({ drop, setting: process.env.SETTING })
            await states.send(new aws.StartExecutionCommand({ stateMachineArn: process.env.MACHINE, name: messageId, input }))
          }
        }
        return { batchItemFailures: [] }
      }`,
    record: `${sdk('client-dynamodb')}
      const tables = new aws.DynamoDBClient()
      export const handler = async ({ drop, setting }) => {
        const { key, versionId } = drop.s3.object
        const Item = { Id: { S: key }, Version: { S: versionId }, Setting: { S: setting }, Event: { S: JSON.stringify(drop) } }
        await tables.send(new aws.PutItemCommand({ TableName: process.env.TABLE, Item }))
        return { recorded: key }
      }`,
    tell: `${sdk('client-sqs')}
      const queues = new aws.SQSClient()
      export const handler = async ({ Records }) => {
        for (const { eventName, dynamodb } of Records) {
          const MessageBody = JSON.stringify({ eventName, keys: dynamodb.Keys })
          await queues.send(new aws.SendMessageCommand({ QueueUrl: process.env.TOLD, MessageBody }))
        }
      }`,
  },
  resources: {
    Drops: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        VisibilityTimeout: 60,
        RedrivePolicy: { deadLetterTargetArn: att('Dead'), maxReceiveCount: 3 },
      },
    },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
    Told: { Type: 'AWS::SQS::Queue' },
    DropsPolicy: queuePolicy('Drops', 'drops'),
    Bucket: {
      Type: 'AWS::S3::Bucket',
      DependsOn: 'DropsPolicy',
      Properties: {
        BucketName: 'drops',
        VersioningConfiguration: { Status: 'Enabled' },
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Queue: att('Drops'),
              Filter: {
                S3Key: {
                  Rules: [
                    { Name: 'prefix', Value: 'in/' },
                    { Name: 'suffix', Value: '.csv' },
                  ],
                },
              },
            },
          ],
        },
      },
    },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'Id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'Id', KeyType: 'HASH' }],
        StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
      },
    },
    ReceiveRole: role('lambda.amazonaws.com', [
      LOGS,
      allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], att('Drops')),
      allow('states:StartExecution', { Ref: 'Machine' }),
    ]),
    Receive: lambdaFunction('receive', 'ReceiveRole', {
      Environment: {
        Variables: { MACHINE: { Ref: 'Machine' }, SETTING: { 'Fn::Sub': 'in ${AWS::Region}' } },
      },
    }),
    ReceiveMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: att('Drops'),
        FunctionName: att('Receive'),
        BatchSize: 5,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    },
    RecordRole: role('lambda.amazonaws.com', [LOGS, recorderMay]),
    Record: lambdaFunction('record', 'RecordRole', {
      Environment: { Variables: { TABLE: { Ref: 'Table' } } },
    }),
    MachineRole: role('states.amazonaws.com', [allow('lambda:InvokeFunction', att('Record'))], {
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      ArnLike: {
        'aws:SourceArn': { 'Fn::Sub': 'arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:story' },
      },
    }),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'story',
        RoleArn: att('MachineRole'),
        DefinitionSubstitutions: { record: att('Record') },
        Definition: {
          StartAt: 'record',
          States: {
            record: {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Parameters: { FunctionName: '${record}', 'Payload.$': '$' },
              OutputPath: '$.Payload',
              End: true,
            },
          },
        },
      },
    },
    TellRole: role('lambda.amazonaws.com', [
      LOGS,
      allow('sqs:SendMessage', att('Told')),
      allow(
        [
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:DescribeStream',
          'dynamodb:ListStreams',
        ],
        att('Table', 'StreamArn'),
      ),
    ]),
    Tell: lambdaFunction('tell', 'TellRole', { Environment: { Variables: { TOLD: { Ref: 'Told' } } } }),
    TellMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: att('Table', 'StreamArn'),
        FunctionName: att('Tell'),
        StartingPosition: 'TRIM_HORIZON',
      },
    },
  },
  outputs: { Told: { Value: { Ref: 'Told' } }, Table: { Value: { Ref: 'Table' } } },
})

const clientsOf = (stage: Stage) => {
  const settings = {
    endpoint: stage.url,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  }
  return {
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sqs: new SQSClient(settings),
    states: new SFNClient(settings),
    tables: new DynamoDBClient(settings),
  }
}

const drop = (stage: Stage, key: string) =>
  clientsOf(stage).s3.send(new PutObjectCommand({ Bucket: 'drops', Key: key, Body: 'Id\n1\n' }))

describe('a dropped file', () => {
  let workshop: Workshop
  let stage: Stage

  beforeAll(async () => {
    workshop = await openWorkshop()
    stage = await workshop.start([story(allow('dynamodb:PutItem', att('Table')))])
    await drop(stage, 'in/a b+ü.csv')
    await drop(stage, 'in/not-a-csv.txt')
    await drop(stage, 'out/elsewhere.csv')
    await stage.idle()
  })
  afterAll(() => workshop.close())

  test('goes through queue, function, state machine and table', async () => {
    const { Items } = await clientsOf(stage).tables.send(
      new ScanCommand({ TableName: stage.stack('hub').outputs.get('Table') }),
    )
    expect(Items).toHaveLength(1)
    expect(Items?.[0]).toMatchObject({ Id: { S: 'in/a+b%2B%C3%BC.csv' }, Setting: { S: 'in eu-west-1' } })
  })

  test('is told in S3’s own notification format, with the version that was written', async () => {
    const { s3, tables } = clientsOf(stage)
    const TableName = stage.stack('hub').outputs.get('Table')
    const { Items } = await tables.send(new ScanCommand({ TableName }))
    const event = JSON.parse(Items?.[0]?.['Event']?.S ?? '') as { s3: { object: { versionId: string } } }
    const { VersionId, ETag } = await s3.send(new GetObjectCommand({ Bucket: 'drops', Key: 'in/a b+ü.csv' }))
    expect(event).toEqual({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-west-1',
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u) as string,
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: 'local' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: {
        'x-amz-request-id': expect.any(String) as string,
        'x-amz-id-2': expect.any(String) as string,
      },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: expect.any(String) as string,
        bucket: { name: 'drops', ownerIdentity: { principalId: 'local' }, arn: 'arn:aws:s3:::drops' },
        object: {
          key: 'in/a+b%2B%C3%BC.csv',
          size: 5,
          eTag: ETag?.replaceAll('"', ''),
          versionId: VersionId,
          sequencer: expect.stringMatching(/^[0-9A-F]+$/u) as string,
        },
      },
    })
  })

  test('leaves its execution for DescribeExecution', async () => {
    const { states } = clientsOf(stage)
    const stateMachineArn = stage.resource('hub', 'Machine').ref
    const { executions = [] } = await states.send(new ListExecutionsCommand({ stateMachineArn }))
    expect(executions).toHaveLength(1)
    const described = await states.send(
      new DescribeExecutionCommand({ executionArn: executions[0]?.executionArn }),
    )
    expect(described).toMatchObject({ status: 'SUCCEEDED', output: '{"recorded":"in/a+b%2B%C3%BC.csv"}' })
  })

  test('is told on by the stream of the table', async () => {
    const { Messages } = await clientsOf(stage).sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: stage.stack('hub').outputs.get('Told'),
        MaxNumberOfMessages: 10,
      }),
    )
    expect(Messages?.map(({ Body }) => JSON.parse(Body ?? '') as unknown)).toEqual([
      { eventName: 'INSERT', keys: { Id: { S: 'in/a+b%2B%C3%BC.csv' } } },
    ])
  })

  test('needs every permission the roles have, and none they lack', () => {
    expect(stage.iam.denials()).toEqual([])
    expect(stage.iam.unused()).toEqual([])
    expect(stage.iam.usage().map(({ action }) => action)).toContain('dynamodb:PutItem')
  })
})

describe('a function without a permission', () => {
  test('is denied as in AWS, and the denial stands in the books', async () => {
    const workshop = await openWorkshop()
    try {
      const stage = await workshop.start([story(allow('dynamodb:GetItem', att('Table')))])
      await drop(stage, 'in/a.csv')
      await stage.idle()
      const [execution] = stage.states.executions(region)
      expect(execution).toMatchObject({ status: 'FAILED', error: 'AccessDeniedException' })
      expect(execution?.cause).toContain('is not authorized to perform: dynamodb:PutItem')
      expect(stage.iam.denials()).toEqual([
        {
          principal: stage.resource('hub', 'RecordRole').attributes['Arn'],
          action: 'dynamodb:PutItem',
          resource: stage.resource('hub', 'Table').attributes['Arn'],
        },
      ])
      expect(stage.iam.unused()).toContainEqual(expect.objectContaining({ action: 'dynamodb:GetItem' }))
    } finally {
      await workshop.close()
    }
  })
})
