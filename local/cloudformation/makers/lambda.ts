/** Functions with the code of their zips, and who may invoke them. */
import { AccessDenied, ACCOUNT_ID } from '../../service.ts'
import type { Iam, Role } from '../../iam/iam.ts'
import type { ResourcePolicies } from '../../iam/resource-policies.ts'
import type { Lambda } from '../../lambda/lambda.ts'
import type { FunctionCode } from '../function-code.ts'
import { StackError } from '../place.ts'
import type { Makers, Resource } from '../provision.ts'
import { objectAt, textAt } from '../template.ts'
import { at, nameOf, object, optionalNumber, optionalText, text } from './properties.ts'

export interface FunctionAccount {
  readonly iam: Iam
  readonly lambda: Lambda
  readonly policies: ResourcePolicies
  readonly code: FunctionCode
  /** Where the stack's template and zips lie. */
  readonly packageDirectory: string
}

/** What Lambda assumes where a template says nothing. */
const DEFAULT_TIMEOUT_SECONDS = 3
const DEFAULT_MEMORY_MB = 128

export const lambdaMakers = (account: FunctionAccount): Makers => ({
  'AWS::Lambda::Function': {
    acts: [
      ...['Code', 'Environment', 'FunctionName', 'Handler', 'LoggingConfig', 'MemorySize', 'Role', 'Runtime'],
      ...['ReservedConcurrentExecutions', 'Timeout', 'TracingConfig'],
    ],
    kept: [
      ...['Architectures', 'Description', 'EphemeralStorage', 'KmsKeyArn', 'PackageType', 'RecursiveLoop'],
      ...['RuntimeManagementConfig', 'Tags'],
    ],
    make: (resource) => createFunction(resource, account),
  },

  'AWS::Lambda::Version': {
    acts: ['FunctionName'],
    kept: ['CodeSha256', 'Description'],
    make: (resource) => ({
      ref: `${functionNamed(resource, account.lambda)}:1`,
      attributes: { FunctionArn: `${functionNamed(resource, account.lambda)}:1`, Version: '1' },
    }),
  },

  'AWS::Lambda::Alias': {
    acts: ['FunctionName', 'Name'],
    kept: ['Description', 'FunctionVersion'],
    make(resource) {
      const arn = `${functionNamed(resource, account.lambda)}:${text(resource, 'Name')}`
      return { ref: arn, attributes: { AliasArn: arn } }
    },
  },

  'AWS::Lambda::Permission': {
    acts: ['Action', 'FunctionName', 'Principal', 'SourceAccount', 'SourceArn'],
    make(resource) {
      const arn = functionNamed(resource, account.lambda)
      account.policies.attach(arn, permissionPolicy(resource, arn))
      return { ref: `${resource.stack}-${resource.logicalId}` }
    },
  },
})

const createFunction = async (resource: Resource, account: FunctionAccount) => {
  const { iam, lambda, code } = account
  const { region } = resource
  const name = nameOf(resource, 'FunctionName', 64)
  const arn = `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`
  const role = iam.assume(text(resource, 'Role'), 'lambda.amazonaws.com', {
    'aws:SourceAccount': ACCOUNT_ID,
    'aws:SourceArn': arn,
  })
  checkRuntime(resource)
  const s3Key = textAt(object(resource, 'Code')['S3Key'], at(resource, 'Code', 'S3Key'))
  const reserved = optionalNumber(resource, 'ReservedConcurrentExecutions')
  lambda.createFunction({
    region,
    name,
    handler: text(resource, 'Handler'),
    codeDirectory: await code.unpack(account.packageDirectory, s3Key),
    environment: environmentOf(resource),
    timeoutSeconds: optionalNumber(resource, 'Timeout') ?? DEFAULT_TIMEOUT_SECONDS,
    memorySize: optionalNumber(resource, 'MemorySize') ?? DEFAULT_MEMORY_MB,
    roleArn: role.arn,
    accessKeyId: role.accessKeyId,
    ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
  })
  noteTelemetry(resource, role, { iam, name })
  return { ref: name, attributes: { Arn: arn } }
}

const checkRuntime = (resource: Resource): void => {
  const runtime = text(resource, 'Runtime')
  if (!runtime.startsWith('nodejs'))
    throw new StackError(at(resource, 'Runtime'), `${runtime} is not emulated`)
}

const environmentOf = (resource: Resource): Readonly<Record<string, string>> => {
  const place = at(resource, 'Environment', 'Variables')
  const variables = objectAt(object(resource, 'Environment')['Variables'] ?? {}, place)
  return Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, textAt(value, place)]))
}

/**
 * Lambda writes logs and traces with the function's role, and says nothing where it may not. So a missing permission
 * stops no function here either, but stands in the books as denied.
 */
const noteTelemetry = (resource: Resource, role: Role, { iam, name }: { iam: Iam; name: string }): void => {
  const logging = { ...resource, properties: object(resource, 'LoggingConfig') }
  const group = optionalText(logging, 'LogGroup') ?? `/aws/lambda/${name}`
  const stream = `arn:aws:logs:${resource.region}:${ACCOUNT_ID}:log-group:${group}:log-stream:local`
  const wanted = [
    ['logs:CreateLogStream', stream],
    ['logs:PutLogEvents', stream],
    ...(object(resource, 'TracingConfig')['Mode'] === 'Active'
      ? [
          ['xray:PutTraceSegments', '*'],
          ['xray:PutTelemetryRecords', '*'],
        ]
      : []),
  ]
  for (const [action = '', on = ''] of wanted) {
    try {
      iam.authorize(role.accessKeyId, action, on)
    } catch (error) {
      if (!(error instanceof AccessDenied)) throw error
    }
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html */
const permissionPolicy = (resource: Resource, functionArn: string): object => {
  const sourceArn = optionalText(resource, 'SourceArn')
  const sourceAccount = optionalText(resource, 'SourceAccount')
  const conditions = {
    ...(sourceArn !== undefined && { ArnLike: { 'aws:SourceArn': sourceArn } }),
    ...(sourceAccount !== undefined && { StringEquals: { 'aws:SourceAccount': sourceAccount } }),
  }
  return {
    Statement: {
      Effect: 'Allow',
      Principal: { Service: text(resource, 'Principal') },
      Action: text(resource, 'Action'),
      Resource: functionArn,
      Condition: conditions,
    },
  }
}

/** The ARN of the function that `FunctionName` names, by name or ARN. */
const functionNamed = (resource: Resource, lambda: Lambda): string => {
  const { region, name } = lambda.function(resource.region, text(resource, 'FunctionName'))
  return `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`
}
