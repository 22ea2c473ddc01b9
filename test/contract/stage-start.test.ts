import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startStage } from '../../local/stage.ts'
import { LOGS, allow, lambdaFunction, openWorkshop, queuePolicy, role } from './stage-packages.ts'
import type { TestStack, Workshop } from './stage-packages.ts'

const att = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] })

let workshop: Workshop

beforeEach(async () => {
  workshop = await openWorkshop()
})
afterEach(() => workshop.close())

const stackOf = (resources: TestStack['resources'], more: Partial<TestStack> = {}): TestStack => ({
  name: 'one',
  region: 'eu-west-1',
  resources,
  ...more,
})

const notifying = (bucket: object) => ({
  Type: 'AWS::S3::Bucket',
  Properties: {
    BucketName: 'drops',
    NotificationConfiguration: {
      QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: att('Queue') }],
    },
  },
  ...bucket,
})

const polled = (functionProperties: object, statements: readonly object[]): TestStack =>
  stackOf(
    {
      Queue: { Type: 'AWS::SQS::Queue' },
      Role: role('lambda.amazonaws.com', [LOGS, ...statements]),
      Work: lambdaFunction('work', 'Role', functionProperties),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: att('Queue'), FunctionName: { Ref: 'Work' } },
      },
    },
    { functions: { work: 'export const handler = async () => {}' } },
  )

const machine = (properties: object) =>
  stackOf({
    Role: role('states.amazonaws.com'),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: att('Role'),
        DefinitionString: '{"StartAt":"a","States":{"a":{"Type":"Wait","Seconds":${Wait},"End":true}}}',
        ...properties,
      },
    },
  })

describe('what AWS would refuse at deployment stops the start, named by stack and resource', () => {
  test.each<[string, TestStack, string]>([
    [
      'a resource type nobody makes',
      stackOf({ Server: { Type: 'AWS::EC2::Instance' } }),
      'stack one: Resources.Server: AWS::EC2::Instance is not emulated',
    ],
    [
      'a notification to a queue whose policy names another bucket',
      stackOf({
        Queue: { Type: 'AWS::SQS::Queue' },
        Policy: queuePolicy('Queue', 'other'),
        Bucket: notifying({ DependsOn: 'Policy' }),
      }),
      'stack one: Resources.Bucket: AWS::S3::Bucket: Unable to validate the following destination configurations',
    ],
    [
      'a notification to a queue whose policy names another account',
      stackOf({
        Queue: { Type: 'AWS::SQS::Queue' },
        Policy: queuePolicy('Queue', 'drops', '111111111111'),
        Bucket: notifying({ DependsOn: 'Policy' }),
      }),
      'with aws:SourceArn arn:aws:s3:::drops and aws:SourceAccount 000000000000',
    ],
    [
      'a bucket that may be made before the policy it needs',
      stackOf({
        Queue: { Type: 'AWS::SQS::Queue' },
        Policy: queuePolicy('Queue', 'drops'),
        Bucket: notifying({}),
      }),
      'Unable to validate the following destination configurations',
    ],
    [
      'two notifications that one object sets off',
      stackOf({
        Bucket: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            NotificationConfiguration: {
              QueueConfigurations: [
                { Event: 's3:ObjectCreated:*', Queue: 'arn:aws:sqs:eu-west-1:000000000000:a' },
                { Event: 's3:ObjectCreated:Put', Queue: 'arn:aws:sqs:eu-west-1:000000000000:b' },
              ],
            },
          },
        },
      }),
      'overlap: they share an event, a prefix and a suffix',
    ],
    [
      'a managed policy',
      stackOf({
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: { Statement: [] },
            ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
          },
        },
      }),
      'managed policy arn:aws:iam::aws:policy/AdministratorAccess is not emulated',
    ],
    [
      'a function with a role that Lambda may not assume',
      stackOf({ Role: role('states.amazonaws.com'), Work: lambdaFunction('work', 'Role') }),
      'Resources.Work: AWS::Lambda::Function: User: lambda.amazonaws.com is not authorized to perform: sts:AssumeRole',
    ],
    [
      'a function without a zip',
      stackOf({ Role: role('lambda.amazonaws.com'), Work: lambdaFunction('work', 'Role') }),
      'work.zip',
    ],
    [
      'a mapping whose function may not read the queue',
      polled({}, [allow('sqs:ReceiveMessage', att('Queue'))]),
      'Resources.Mapping: AWS::Lambda::EventSourceMapping: User: arn:aws:iam::000000000000:role/one-Role-',
    ],
    [
      'a queue that shows messages again before its function may end',
      polled({ Timeout: 31 }, [allow('sqs:*', att('Queue'))]),
      'Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds',
    ],
    [
      'a name in a definition that nothing replaces',
      machine({}),
      'there is no ${Wait}, which the definition needs',
    ],
    [
      'a definition that is no JSON',
      machine({ DefinitionSubstitutions: { Wait: 'soon' } }),
      'Resources.Machine.Properties.DefinitionString: is not JSON',
    ],
    [
      'a state machine that may not deliver its logs',
      machine({ DefinitionSubstitutions: { Wait: 1 }, LoggingConfiguration: { Level: 'ERROR' } }),
      'is not authorized to perform: logs:CreateLogDelivery',
    ],
    [
      'a schedule with a role that Scheduler may not assume',
      stackOf({
        Role: role('lambda.amazonaws.com'),
        Schedule: {
          Type: 'AWS::Scheduler::Schedule',
          Properties: {
            ScheduleExpression: 'rate(1 hour)',
            FlexibleTimeWindow: { Mode: 'OFF' },
            Target: { Arn: 'arn:aws:lambda:eu-west-1:000000000000:function:work', RoleArn: att('Role') },
          },
        },
      }),
      'User: scheduler.amazonaws.com is not authorized to perform: sts:AssumeRole',
    ],
    [
      'two queues of one name',
      stackOf({
        A: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'twin' } },
        B: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'twin' } },
      }),
      'stack one: Resources.B: AWS::SQS::Queue: twin already exists',
    ],
  ])('%s', async (_, stack, message) => {
    await expect(workshop.start([stack])).rejects.toThrow(message)
  })

  test('and everything that was opened is closed again: the port is free', async () => {
    const port = await freePort()
    await expect(
      workshop.start([stackOf({ Server: { Type: 'AWS::EC2::Instance' } })], { port }),
    ).rejects.toThrow('AWS::EC2::Instance')
    const stage = await workshop.start([stackOf({ Queue: { Type: 'AWS::SQS::Queue' } })], { port })
    expect(stage.port).toBe(port)
  })
})

describe('the port', () => {
  test('that is taken is the system’s own error, and the data directory stays as it was', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const stack = stackOf({ Queue: { Type: 'AWS::SQS::Queue' } })
      await expect(workshop.start([stack], { port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
      await expect(readdir(workshop.data)).rejects.toThrow('ENOENT')
    } finally {
      server.close()
    }
  })
})

describe('the data directory', () => {
  const stack = stackOf({ Queue: { Type: 'AWS::SQS::Queue' } })

  test('is made where it is missing and emptied where a former start made it', async () => {
    await (await workshop.start([stack])).close()
    await writeFile(join(workshop.data, 'left-over'), '')
    await workshop.start([stack])
    expect(await readdir(workshop.data)).not.toContain('left-over')
  })

  test('that belongs to somebody else is refused and left alone', async () => {
    await mkdir(workshop.data)
    await writeFile(join(workshop.data, 'thesis.txt'), 'years of work')
    await expect(workshop.start([stack])).rejects.toThrow(`${workshop.data} is not empty`)
    expect(await readdir(workshop.data)).toEqual(['thesis.txt'])
  })
})

describe('time', () => {
  test('passes faster for state machines where the stage is told so', async () => {
    const stage = await workshop.start([machine({ DefinitionSubstitutions: { Wait: 3600 } })], {
      timeScale: 36_000,
    })
    const stateMachineArn = stage.resource('one', 'Machine').ref
    stage.states.startExecution('eu-west-1', { stateMachineArn })
    await stage.idle()
    const [{ status, startDate, stopDate = 0 } = { status: 'none', startDate: 0 }] = stage.states.executions()
    expect(status).toBe('SUCCEEDED')
    expect(stopDate - startDate).toBeGreaterThanOrEqual(3_600_000)
  })

  test('cannot stand still', async () => {
    const stack = stackOf({ Queue: { Type: 'AWS::SQS::Queue' } })
    await expect(workshop.start([stack], { timeScale: 0 })).rejects.toThrow(
      'Option timeScale: expected more than 0',
    )
  })
})

describe('the packages', () => {
  const stack = stackOf({ Queue: { Type: 'AWS::SQS::Queue' } })

  test('need a stack.json each', async () => {
    await workshop.write([stack])
    await rm(join(workshop.packages, 'one-eu-west-1', 'stack.json'))
    await expect(startWith(workshop)).rejects.toThrow('stack.json cannot be read')
  })

  test('need a name and a Region in it', async () => {
    await workshop.write([stack])
    await writeFile(join(workshop.packages, 'one-eu-west-1', 'stack.json'), '{"name":"one"}')
    await expect(startWith(workshop)).rejects.toThrow(
      'expected { "name": …, "region": … }, got {"name":"one"}',
    )
  })

  test('must be there', async () => {
    await mkdir(workshop.packages)
    await expect(startWith(workshop)).rejects.toThrow('holds no packaged stacks')
  })

  test('without functions come first', async () => {
    const hub = polled({}, [allow('sqs:*', att('Queue'))])
    const stage = await workshop.start([
      { ...hub, name: 'a-hub' },
      { ...stack, name: 'regional', region: 'us-east-1' },
    ])
    expect(stage.stacks.map(({ name }) => name)).toEqual(['regional', 'a-hub'])
    expect(stage.regions).toEqual(['eu-west-1', 'us-east-1'])
  })
})

const startWith = ({ packages, data }: Workshop) => startStage({ packages, data, port: 0, applications: {} })

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
