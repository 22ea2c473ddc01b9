/** Writes packaged stacks as `serverless package` and our package script leave them, from small templates. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { startStage } from '../../local/stage.ts'
import type { Stage, StageOptions } from '../../local/stage.ts'

export interface TestStack {
  readonly name: string
  readonly region: string
  readonly resources: Readonly<Record<string, object>>
  readonly outputs?: Readonly<Record<string, object>>
  /** Source text of `.build/NAME/index.mjs` by name; each becomes NAME.zip. */
  readonly functions?: Readonly<Record<string, string>>
}

export interface Workshop {
  readonly packages: string
  readonly data: string
  /** Packages the stacks and starts them; the stage is closed with the workshop. */
  start(stacks: readonly TestStack[], options?: Partial<StageOptions>): Promise<Stage>
  write(stacks: readonly TestStack[]): Promise<void>
  close(): Promise<void>
}

export const openWorkshop = async (): Promise<Workshop> => {
  const folder = await mkdtemp(join(tmpdir(), 'stage-'))
  const packages = join(folder, 'packages')
  const data = join(folder, 'data')
  const stages: Stage[] = []
  const write = async (stacks: readonly TestStack[]) => {
    await rm(packages, { recursive: true, force: true })
    for (const stack of stacks) await writeStack(join(packages, `${stack.name}-${stack.region}`), stack)
  }
  return {
    packages,
    data,
    write,
    async start(stacks, options = {}) {
      await write(stacks)
      const stage = await startStage({ packages, data, port: 0, applications: {}, ...options })
      stages.push(stage)
      return stage
    },
    async close() {
      for (const stage of stages) await stage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const writeStack = async (
  folder: string,
  { name, region, resources, outputs, functions = {} }: TestStack,
) => {
  await mkdir(folder, { recursive: true })
  const template = { AWSTemplateFormatVersion: '2010-09-09', Resources: resources, Outputs: outputs ?? {} }
  await writeFile(join(folder, 'cloudformation-template-update-stack.json'), JSON.stringify(template))
  await writeFile(join(folder, 'stack.json'), JSON.stringify({ name, region }))
  for (const [key, source] of Object.entries(functions)) {
    await writeFile(join(folder, `${key}.zip`), zipSync({ [`.build/${key}/index.mjs`]: strToU8(source) }))
  }
}

/** The first line of a function's source that uses the SDK: the bundle of a test finds it where the test does. */
export const sdk = (...packages: string[]): string =>
  `import { createRequire } from 'node:module'
   const require = createRequire(${JSON.stringify(import.meta.filename)})
   const aws = Object.assign({}, ${packages.map((name) => `require('@aws-sdk/${name}')`).join(', ')})\n`

export const role = (service: string, statements: readonly object[] = [], condition?: object) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: service },
          Action: 'sts:AssumeRole',
          ...(condition && { Condition: condition }),
        },
      ],
    },
    Policies:
      statements.length === 0
        ? []
        : [{ PolicyName: 'inline', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  },
})

export const allow = (action: string | readonly string[], resource: unknown) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
})

/** A function as osls packages it. */
export const lambdaFunction = (key: string, roleId: string, properties: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Bucket: 'deployment', S3Key: `serverless/test/local/1-2026/${key}.zip` },
    FunctionName: key,
    Handler: `.build/${key}/index.handler`,
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    MemorySize: 256,
    Timeout: 20,
    Role: { 'Fn::GetAtt': [roleId, 'Arn'] },
    ...properties,
  },
})

export const LOGS = allow(['logs:CreateLogStream', 'logs:PutLogEvents'], {
  'Fn::Sub': 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/*',
})

/** Lets the bucket of that name, and no other, send to the queue. */
export const queuePolicy = (
  queueId: string,
  bucket: string,
  account: unknown = { Ref: 'AWS::AccountId' },
) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: queueId }],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': [queueId, 'Arn'] },
        Condition: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnEquals: { 'aws:SourceArn': `arn:aws:s3:::${bucket}` },
        },
      },
    },
  },
})
