import { beforeEach, describe, expect, test } from 'vitest'
import { createIam } from '../../local/iam/iam.ts'
import type { Iam, Role } from '../../local/iam/iam.ts'
import type { Context } from '../../local/iam/condition.ts'

const TRUST_LAMBDA = trustOf('lambda.amazonaws.com')
const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:orders'

function trustOf(service: string, condition?: unknown) {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }
  return {
    Version: '2012-10-17',
    Statement: [{ ...statement, ...(condition ? { Condition: condition } : {}) }],
  }
}

const allow = (action: unknown, resource: unknown, condition?: unknown) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: action, Resource: resource, ...(condition ? { Condition: condition } : {}) },
  ],
})

describe('an identity policy', () => {
  let iam: Iam
  let role: Role

  const withPolicy = (...documents: unknown[]) => {
    const policies = Object.fromEntries(documents.map((document, index) => [`p${index}`, document]))
    role = iam.addRole({ name: 'worker', trust: TRUST_LAMBDA, policies })
  }
  const attempt = (action: string, resource: string, context?: Context) => {
    iam.authorize(role.accessKeyId, action, resource, context)
  }

  beforeEach(() => {
    iam = createIam()
  })

  test('allows the action and resource it names, whatever the letter case of the action', () => {
    withPolicy(allow('sqs:sendmessage', QUEUE))
    expect(() => attempt('sqs:SendMessage', QUEUE)).not.toThrow()
  })

  test('allows nothing else', () => {
    withPolicy(allow('sqs:SendMessage', QUEUE))
    expect(() => attempt('sqs:ReceiveMessage', QUEUE)).toThrow(
      'not authorized to perform: sqs:ReceiveMessage',
    )
    expect(() => attempt('sqs:SendMessage', `${QUEUE}-2`)).toThrow(
      `User: ${role.arn} is not authorized to perform: sqs:SendMessage on resource: ${QUEUE}-2`,
    )
  })

  test.each([
    ['arn:aws:s3:::drops/*', 'arn:aws:s3:::drops/in/a.csv', true],
    ['arn:aws:s3:::drops/*', 'arn:aws:s3:::drops', false],
    ['arn:aws:s3:::drops/?.csv', 'arn:aws:s3:::drops/a.csv', true],
    ['arn:aws:s3:::drops/?.csv', 'arn:aws:s3:::drops/ab.csv', false],
    ['arn:aws:s3:::drops/a.csv', 'arn:aws:s3:::drops/aXcsv', false],
    ['arn:aws:s3:::drops/(1)+[x]', 'arn:aws:s3:::drops/(1)+[x]', true],
    ['arn:aws:s3:::Drops/*', 'arn:aws:s3:::drops/a', false],
  ])('matches %s against %s: %s', (pattern, resource, allowed) => {
    withPolicy(allow('s3:Get*', pattern))
    const outcome = expect(() => attempt('s3:GetObject', resource))
    if (allowed) outcome.not.toThrow()
    else outcome.toThrow('not authorized')
  })

  test('loses to an explicit Deny in another policy of the role', () => {
    withPolicy(allow('sqs:*', '*'), {
      Statement: { Effect: 'Deny', Action: 'sqs:PurgeQueue', Resource: QUEUE },
    })
    expect(() => attempt('sqs:SendMessage', QUEUE)).not.toThrow()
    expect(() => attempt('sqs:PurgeQueue', QUEUE)).toThrow('not authorized')
  })

  test('reads NotAction and NotResource as everything but', () => {
    withPolicy({ Statement: { Effect: 'Allow', NotAction: 'sqs:Purge*', NotResource: `${QUEUE}-2` } })
    expect(() => attempt('sqs:SendMessage', QUEUE)).not.toThrow()
    expect(() => attempt('sqs:PurgeQueue', QUEUE)).toThrow('not authorized')
    expect(() => attempt('sqs:SendMessage', `${QUEUE}-2`)).toThrow('not authorized')
  })

  test.each<[string, unknown, Context, boolean]>([
    [
      'StringEquals met',
      { StringEquals: { 'iam:PassedToService': 'pinpoint.amazonaws.com' } },
      { 'iam:PassedToService': 'pinpoint.amazonaws.com' },
      true,
    ],
    [
      'StringEquals not met',
      { StringEquals: { 'iam:PassedToService': 'pinpoint.amazonaws.com' } },
      { 'iam:PassedToService': 'ec2.amazonaws.com' },
      false,
    ],
    [
      'one of several values',
      { StringLike: { 's3:prefix': ['in/*', 'out/*'] } },
      { 's3:prefix': 'out/1' },
      true,
    ],
    ['a key in other letter case', { StringLike: { 'S3:Prefix': 'in/*' } }, { 's3:prefix': 'in/1' }, true],
    ['a key nobody handed in', { StringLike: { 's3:prefix': '*' } }, {}, false],
    ['a key that is not known', { StringEquals: { 'aws:PrincipalTag/team': 'a' } }, {}, false],
    ['Null true on a known key that is missing', { Null: { 's3:prefix': 'true' } }, {}, true],
    ['Null false on a known key that is there', { Null: { 's3:prefix': false } }, { 's3:prefix': 'a' }, true],
    ['Null true on an unknown key', { Null: { 'aws:TokenIssueTime': 'true' } }, {}, false],
    ['Bool', { Bool: { 'aws:SecureTransport': true } }, { 'aws:SecureTransport': 'true' }, true],
    [
      'ForAllValues over every value',
      { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['a', 'b'] } },
      { 'dynamodb:LeadingKeys': ['a', 'b'] },
      true,
    ],
    [
      'ForAllValues with one value too many',
      { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['a', 'b'] } },
      { 'dynamodb:LeadingKeys': ['a', 'c'] },
      false,
    ],
    [
      'two keys of which one is not met',
      { StringEquals: { 's3:prefix': 'a', 'aws:SourceAccount': '1' } },
      { 's3:prefix': 'a', 'aws:SourceAccount': '2' },
      false,
    ],
  ])('weighs a condition: %s', (_, condition, context, allowed) => {
    withPolicy(allow('s3:ListBucket', '*', condition))
    const outcome = expect(() => attempt('s3:ListBucket', 'arn:aws:s3:::drops', context))
    if (allowed) outcome.not.toThrow()
    else outcome.toThrow('not authorized')
  })

  test('added later works from then on', () => {
    withPolicy()
    expect(() => attempt('sqs:SendMessage', QUEUE)).toThrow('not authorized')
    iam.addPolicy('worker', 'send', allow('sqs:SendMessage', QUEUE))
    expect(() => attempt('sqs:SendMessage', QUEUE)).not.toThrow()
  })

  test.each<[string, unknown, string]>([
    ['no statement', {}, 'policy p0 of role worker is not a policy document'],
    [
      'no effect',
      { Statement: { Action: 'a:b', Resource: '*' } },
      'Statement[0].Effect is neither Allow nor Deny',
    ],
    ['no resource', { Statement: [{ Effect: 'Allow', Action: 'a:b' }] }, 'Statement[0] has no Resource'],
    [
      'a principal',
      { Statement: { Effect: 'Allow', Principal: '*', Action: 'a:b', Resource: '*' } },
      'Principal does not belong',
    ],
    [
      'an element of another spelling',
      { Statement: { Effect: 'Allow', Actions: 'a:b', Resource: '*' } },
      'Actions is not emulated',
    ],
    [
      'an unknown operator',
      allow('a:b', '*', { NumericLessThan: { 's3:max-keys': 10 } }),
      'condition operator NumericLessThan is not emulated',
    ],
    [
      'a policy variable',
      allow('a:b', 'arn:aws:s3:::home/${aws:username}'),
      'policy variables are not emulated',
    ],
    ['an unresolved reference', allow('a:b', { Ref: 'Bucket' }), 'Resource is not a string'],
  ])('is refused for %s, naming the place', (_, document, message) => {
    expect(() => withPolicy(document)).toThrow(message)
  })
})

describe('access keys', () => {
  test('the key "local" may do everything and uses nobody’s grants', () => {
    const iam = createIam()
    iam.addRole({ name: 'worker', trust: TRUST_LAMBDA, policies: { send: allow('sqs:SendMessage', QUEUE) } })
    expect(() => iam.authorize('local', 'sqs:SendMessage', QUEUE)).not.toThrow()
    expect(iam.usage()).toEqual([])
  })

  test('a key nobody has may do nothing', () => {
    const iam = createIam()
    expect(() => iam.authorize('AKIAX', 'sqs:SendMessage', QUEUE)).toThrow('User: access key AKIAX is not')
  })

  test('two roles have two keys, and a name is taken once', () => {
    const iam = createIam()
    const one = iam.addRole({ name: 'one', trust: TRUST_LAMBDA })
    const two = iam.addRole({ name: 'two', path: '/team/', trust: TRUST_LAMBDA })
    expect(one.accessKeyId).not.toBe(two.accessKeyId)
    expect(two.arn).toBe('arn:aws:iam::000000000000:role/team/two')
    expect(() => iam.addRole({ name: 'one', trust: TRUST_LAMBDA })).toThrow('role one already exists')
  })
})

describe('a trust policy', () => {
  const project = 'arn:aws:mobiletargeting:eu-west-1:000000000000:apps/p1'
  const trust = trustOf('pinpoint.amazonaws.com', {
    StringEquals: { 'aws:SourceAccount': '000000000000' },
    ArnLike: { 'aws:SourceArn': 'arn:aws:mobiletargeting:eu-west-1:*:apps/p1' },
  })

  test('lets the service it names assume the role, under its conditions only', () => {
    const iam = createIam()
    const { arn } = iam.addRole({ name: 'import', trust })
    const from = (service: string, account: string, source: string) => () =>
      iam.assume(arn, service, { 'aws:SourceAccount': account, 'aws:SourceArn': source })
    expect(from('pinpoint.amazonaws.com', '000000000000', project)).not.toThrow()
    expect(from('lambda.amazonaws.com', '000000000000', project)).toThrow('sts:AssumeRole')
    expect(from('pinpoint.amazonaws.com', '111111111111', project)).toThrow('sts:AssumeRole')
    expect(from('pinpoint.amazonaws.com', '000000000000', `${project}2`)).toThrow('sts:AssumeRole')
  })

  test('cannot help a role that does not exist', () => {
    const iam = createIam()
    expect(() => iam.assume('arn:aws:iam::000000000000:role/none', 'lambda.amazonaws.com', {})).toThrow(
      'User: lambda.amazonaws.com is not authorized to perform: sts:AssumeRole',
    )
  })

  test('an ArnLike star does not reach over a colon', () => {
    const iam = createIam()
    const { arn } = iam.addRole({
      name: 'import',
      trust: trustOf('pinpoint.amazonaws.com', { ArnLike: { 'aws:SourceArn': 'arn:*:apps/p1' } }),
    })
    expect(() => iam.assume(arn, 'pinpoint.amazonaws.com', { 'aws:SourceArn': project })).toThrow(
      'sts:AssumeRole',
    )
  })
})

describe('the books', () => {
  test('show each used grant with its count, the grants nobody needed, and each denial once', () => {
    const iam = createIam()
    const policies = { p: allow(['sqs:SendMessage', 'sqs:ReceiveMessage'], `${QUEUE}*`) }
    const role = iam.addRole({ name: 'worker', trust: TRUST_LAMBDA, policies })
    iam.authorize(role.accessKeyId, 'sqs:SendMessage', QUEUE)
    iam.authorize(role.accessKeyId, 'sqs:SendMessage', `${QUEUE}-2`)
    const purge = () => iam.authorize(role.accessKeyId, 'sqs:PurgeQueue', QUEUE)
    expect(purge).toThrow()
    expect(purge).toThrow()

    expect(iam.usage()).toEqual([
      { role: role.arn, action: 'sqs:SendMessage', resource: `${QUEUE}*`, count: 2 },
    ])
    expect(iam.unused()).toEqual([{ role: role.arn, action: 'sqs:ReceiveMessage', resource: `${QUEUE}*` }])
    expect(iam.denials()).toEqual([{ principal: role.arn, action: 'sqs:PurgeQueue', resource: QUEUE }])
  })
})
