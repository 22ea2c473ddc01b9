/** A template's values as text, as they would be once deployed into an account. */
import { specificationOf } from './specification.ts'
import { at, isObject } from './templates.ts'
import type { Template } from './templates.ts'
import { PLACEHOLDER } from './references.ts'

export const ACCOUNT = '123456789012'

/** Throws an Error for a function or attribute that no template of ours uses. */
export const textOf = (template: Template, value: unknown): string => {
  if (!isObject(value)) return String(value)
  if (typeof value['Ref'] === 'string') return refer(template, value['Ref'])
  if (Array.isArray(value['Fn::GetAtt'])) {
    const [id, attribute] = value['Fn::GetAtt'] as [string, string]
    return attributeOf(template, id, attribute)
  }
  if (typeof value['Fn::Sub'] === 'string') {
    return value['Fn::Sub'].replace(PLACEHOLDER, (_, name: string) => {
      const [id = '', attribute] = name.split('.')
      return attribute === undefined ? refer(template, id) : attributeOf(template, id, attribute)
    })
  }
  if (Array.isArray(value['Fn::Join'])) {
    const [between, parts] = value['Fn::Join'] as [string, unknown[]]
    return parts.map((part) => textOf(template, part)).join(between)
  }
  throw new Error(`cannot tell the text of ${JSON.stringify(value)}`)
}

const pseudo = ({ region }: Template): Readonly<Record<string, string>> => ({
  Partition: 'aws',
  Region: region,
  Account: ACCOUNT,
  AccountId: ACCOUNT,
})

const refer = (template: Template, id: string): string => {
  const { Type: type } = template.resources[id] ?? {}
  if (type === undefined) return pseudo(template)[id.replace('AWS::', '')] ?? ''
  if (type === 'AWS::SQS::Queue') {
    return `https://sqs.${template.region}.amazonaws.com/${ACCOUNT}/${nameOf(template, id)}`
  }
  return BY_ARN.includes(type) ? arnOf(template, id) : nameOf(template, id)
}

/** What a Ref to one of these gives is its ARN. */
const BY_ARN = ['AWS::SNS::Topic', 'AWS::StepFunctions::StateMachine']

const attributeOf = (template: Template, id: string, attribute: string): string => {
  if (attribute === 'Arn') return arnOf(template, id)
  if (attribute === 'Name') return nameOf(template, id)
  if (attribute === 'StreamArn') return `${arnOf(template, id)}/stream/2026-11-21T00:00:00.000`
  throw new Error(`cannot tell the ${attribute} of ${id}`)
}

/** `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`: what is no pseudo parameter is the name. */
const arnOf = (template: Template, id: string): string => {
  const form = specificationOf(template.resources[id]?.Type ?? '')?.arnTemplate
  if (form === undefined) throw new Error(`${id} has no ARN`)
  return form.replace(PLACEHOLDER, (_, name: string) => pseudo(template)[name] ?? nameOf(template, id))
}

const nameOf = (template: Template, id: string): string => {
  const properties = template.resources[id]?.Properties ?? {}
  const key = Object.keys(properties).find((each) =>
    /^(?:Queue|Table|Topic|Bucket|Function|Role|StateMachine|LogGroup|Alarm)?Name$/u.test(each),
  )
  return key === undefined ? id.toLowerCase() : textOf(template, at(properties, key))
}
