import { describe, expect, test } from 'vitest'
import { provision } from '../../local/cloudformation/provision.ts'
import type { Makers, Resource } from '../../local/cloudformation/provision.ts'

const THING: Makers[string] = {
  acts: ['Value', 'Other', 'List'],
  make: ({ logicalId }) => ({
    ref: `ref-${logicalId}`,
    attributes: { Arn: `arn-${logicalId}`, 'A.B': 'nested' },
  }),
}

/** Provisions a template of things that note what they were made with. */
const provisioned = async (template: object, parameters?: Record<string, string>) => {
  const made: Resource[] = []
  const noting = (maker: Makers[string]): Makers[string] => ({
    ...maker,
    make: (resource) => {
      made.push(resource)
      return maker.make(resource)
    },
  })
  const makers = {
    Thing: noting(THING),
    'AWS::SQS::QueuePolicy': noting(THING),
    Broken: { acts: [], make: () => Promise.reject(new Error('No room left')) },
  }
  const stack = await provision(
    template,
    { name: 'demo', region: 'eu-west-1', ...(parameters && { parameters }) },
    makers,
  )
  return { stack, made, order: made.map(({ logicalId }) => logicalId) }
}

const thing = (properties: object = {}, more: object = {}) => ({
  Type: 'Thing',
  Properties: properties,
  ...more,
})

/** What one value resolves to, beside a resource `Other`. */
const resolved = async (value: unknown, more: object = {}) => {
  const { made } = await provisioned({ Resources: { Other: thing(), One: thing({ Value: value }) }, ...more })
  return made.find(({ logicalId }) => logicalId === 'One')?.properties['Value']
}

describe('intrinsic functions', () => {
  test.each<[string, unknown, unknown]>([
    ['Ref to a resource', { Ref: 'Other' }, 'ref-Other'],
    ['Ref to a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Other', 'Arn'] }, 'arn-Other'],
    ['GetAtt as a string', { 'Fn::GetAtt': 'Other.Arn' }, 'arn-Other'],
    ['GetAtt of a nested attribute', { 'Fn::GetAtt': 'Other.A.B' }, 'nested'],
    [
      'Sub',
      { 'Fn::Sub': 'arn:${AWS::Partition}:x:${AWS::Region}:${AWS::AccountId}:${Other}/${Other.Arn}' },
      'arn:aws:x:eu-west-1:000000000000:ref-Other/arn-Other',
    ],
    ['Sub with a literal', { 'Fn::Sub': '${!Other} and ${AWS::StackName}' }, '${Other} and demo'],
    [
      'Sub with variables',
      { 'Fn::Sub': ['${Name}.${AWS::URLSuffix}', { Name: { Ref: 'Other' } }] },
      'ref-Other.amazonaws.com',
    ],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Other' }, 1]] }, 'a-ref-Other-1'],
    ['Join of a Split', { 'Fn::Join': ['/', { 'Fn::Split': ['-', 'a-b-c'] }] }, 'a/b/c'],
    ['Select', { 'Fn::Select': ['1', { 'Fn::Split': ['-', { Ref: 'Other' }] }] }, 'Other'],
    [
      'functions deep in data',
      { a: [{ b: { Ref: 'Other' } }, 2, null] },
      { a: [{ b: 'ref-Other' }, 2, null] },
    ],
    ['NoValue in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['NoValue in a list', ['a', { Ref: 'AWS::NoValue' }], ['a']],
  ])('%s', async (_, value, expected) => {
    expect(await resolved(value)).toEqual(expected)
  })

  test('NoValue leaves a property out', async () => {
    const { made } = await provisioned({
      Resources: { One: thing({ Value: { Ref: 'AWS::NoValue' }, Other: 1 }) },
    })
    expect(made[0]?.properties).toEqual({ Other: 1 })
  })

  test.each<[string, object, boolean]>([
    ['Equals', { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] }, true],
    ['Equals of a number and its text', { 'Fn::Equals': [1, '1'] }, true],
    ['Not', { 'Fn::Not': [{ 'Fn::Equals': ['a', 'a'] }] }, false],
    ['And', { 'Fn::And': [{ 'Fn::Equals': ['a', 'a'] }, { 'Fn::Equals': ['a', 'b'] }] }, false],
    ['Or', { 'Fn::Or': [{ 'Fn::Equals': ['a', 'a'] }, { 'Fn::Equals': ['a', 'b'] }] }, true],
    ['Condition', { Condition: 'Later' }, true],
  ])('a condition by %s picks the branch and the resources', async (_, condition, truth) => {
    const { made } = await provisioned({
      Conditions: { Here: condition, Later: { 'Fn::Equals': ['x', 'x'] } },
      Resources: {
        One: thing({ Value: { 'Fn::If': ['Here', 'yes', 'no'] } }),
        Two: thing({}, { Condition: 'Here' }),
      },
      Outputs: { Two: { Condition: 'Here', Value: { Ref: 'Two' } } },
    })
    expect(made[0]?.properties['Value']).toBe(truth ? 'yes' : 'no')
    expect(made.some(({ logicalId }) => logicalId === 'Two')).toBe(truth)
  })

  test('a branch not taken may name a resource its condition leaves out', async () => {
    const { made } = await provisioned({
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: {
        Absent: thing({}, { Condition: 'Never' }),
        One: thing({ Value: { 'Fn::If': ['Never', { Ref: 'Absent' }, 'none'] } }, { DependsOn: 'Absent' }),
      },
    })
    expect(made.map(({ properties }) => properties['Value'])).toEqual(['none'])
  })

  test('parameters take the given value, else the default', async () => {
    const template = {
      Parameters: {
        Name: { Type: 'String', Default: 'a' },
        Names: { Type: 'CommaDelimitedList', Default: 'a, b' },
      },
      Resources: { One: thing({ Value: { Ref: 'Name' }, List: { Ref: 'Names' } }) },
    }
    expect((await provisioned(template)).made[0]?.properties).toEqual({ Value: 'a', List: ['a', 'b'] })
    expect((await provisioned(template, { Name: 'z' })).made[0]?.properties['Value']).toBe('z')
  })
})

describe('a template that cannot be provisioned', () => {
  const conditions = (expression: object) => ({ Conditions: { C: expression }, Resources: { One: thing() } })

  test.each<[string, object, string]>([
    [
      'a dangling Ref',
      { Resources: { One: thing({ Value: [{ Ref: 'None' }] }) } },
      'stack demo: Resources.One.Properties.Value.0.Ref: there is no resource or parameter None',
    ],
    [
      'a dangling Ref in a branch not taken',
      {
        Conditions: { C: { 'Fn::Equals': ['a', 'a'] } },
        Resources: { One: thing({ Value: { 'Fn::If': ['C', 1, { Ref: 'None' }] } }) },
      },
      'there is no resource or parameter None',
    ],
    [
      'a dangling GetAtt',
      { Resources: { One: thing({ Value: { 'Fn::GetAtt': 'None.Arn' } }) } },
      'no resource None',
    ],
    [
      'a dangling Sub',
      { Resources: { One: thing({ Value: { 'Fn::Sub': 'a-${None}' } }) } },
      'parameter None',
    ],
    [
      'an unknown attribute',
      { Resources: { Two: thing(), One: thing({ Value: { 'Fn::GetAtt': ['Two', 'Nope'] } }) } },
      'Resources.One.Properties.Value.Fn::GetAtt: there is no attribute Two.Nope',
    ],
    [
      'an unknown function',
      { Resources: { One: thing({ Value: { 'Fn::Base64': 'x' } }) } },
      'stack demo: Resources.One.Properties.Value.Fn::Base64: this function is not emulated',
    ],
    [
      'a function beside other keys',
      { Resources: { One: thing({ Value: { 'Fn::Sub': 'x', a: 1 } }) } },
      'Fn::Sub stands beside other keys',
    ],
    [
      'a DependsOn on nothing',
      { Resources: { One: thing({}, { DependsOn: ['None'] }) } },
      'stack demo: Resources.One: depends on None, which is not there',
    ],
    [
      'a circle',
      { Resources: { A: thing({ Value: { Ref: 'B' } }), B: thing({ Value: { Ref: 'A' } }) } },
      'depend on each other in a circle: A, B',
    ],
    [
      'a reference to a resource its condition leaves out',
      {
        Conditions: { No: { 'Fn::Equals': [1, 2] } },
        Resources: { A: thing({}, { Condition: 'No' }), B: thing({ Value: { Ref: 'A' } }) },
      },
      'stack demo: Resources.B.Properties.Value.Ref: A is left out by its condition',
    ],
    [
      'a type without a maker',
      { Resources: { One: { Type: 'AWS::EC2::Instance' } } },
      'Resources.One: AWS::EC2',
    ],
    [
      'a property nobody knows',
      { Resources: { One: thing({ Valu: 1 }) } },
      'stack demo: Resources.One.Properties.Valu: is not emulated',
    ],
    ['an unknown condition', { Resources: { One: thing({}, { Condition: 'None' }) } }, 'no condition None'],
    ['a condition about itself', conditions({ 'Fn::Not': [{ Condition: 'C' }] }), 'depends on itself'],
    ['an unknown condition function', conditions({ 'Fn::Contains': [1, 2] }), 'Conditions.C.Fn::Contains'],
    ['a condition about a resource', conditions({ 'Fn::Equals': [{ Ref: 'One' }, 1] }), 'parameter One'],
    [
      'a parameter without a value',
      { Parameters: { P: { Type: 'String' } }, Resources: { One: thing() } },
      'Parameters.P: has no default',
    ],
    [
      'an SSM parameter',
      { Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a' } }, Resources: {} },
      'type AWS::SSM::Parameter::Value<String> is not emulated',
    ],
    ['a transform', { Transform: 'AWS::Serverless-2016-10-31', Resources: {} }, 'Transform: is not emulated'],
    [
      'a Select out of range',
      { Resources: { One: thing({ Value: { 'Fn::Select': [2, ['a']] } }) } },
      'no item 2',
    ],
    [
      'a Join over an object',
      { Resources: { One: thing({ Value: { 'Fn::Join': ['', [{ a: 1 }]] } }) } },
      'expected a string, got {"a":1}',
    ],
    [
      'a maker that fails',
      { Resources: { One: { Type: 'Broken' } } },
      'stack demo: Resources.One: Broken: No room left',
    ],
    ['no object at all', [], 'stack demo: expected an object, got []'],
  ])('%s is named with stack, logical id and path', async (_, template, message) => {
    await expect(provisioned(template)).rejects.toThrow(message)
  })
})

describe('the order of creation', () => {
  test('follows references and DependsOn, else the template', async () => {
    const { order } = await provisioned({
      Resources: {
        A: thing({ Value: { 'Fn::Sub': '${C.Arn}' } }),
        B: thing({}, { DependsOn: ['A'] }),
        C: thing(),
        D: thing(),
      },
    })
    expect(order).toEqual(['C', 'A', 'B', 'D'])
  })

  test('puts a grant last unless something depends on it', async () => {
    const policy = { Type: 'AWS::SQS::QueuePolicy' }
    const Resources = {
      Free: policy,
      Needed: policy,
      One: thing({}, { DependsOn: ['Needed'] }),
      Two: thing(),
    }
    expect((await provisioned({ Resources })).order).toEqual(['Two', 'Free', 'Needed', 'One'])
  })

  test('outputs are resolved at the end', async () => {
    const { stack } = await provisioned({
      Resources: { One: thing() },
      Outputs: { Name: { Value: { 'Fn::GetAtt': ['One', 'Arn'] }, Export: { Name: 'x' } } },
    })
    expect(stack.outputs.get('Name')).toBe('arn-One')
    expect(stack.resources.get('One')).toMatchObject({ type: 'Thing', ref: 'ref-One' })
  })
})
