/** A table as CloudFormation describes it, and what of that dynalite is asked for or is ours. */
import { ACCOUNT_ID } from '../service.ts'
import type { Table } from './dynalite.ts'

/** What of `AWS::DynamoDB::Table` counts here; other properties are accepted and have no effect. */
export interface TableProperties {
  readonly TableName: string
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: string }[]
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[]
  readonly BillingMode?: string
  readonly ProvisionedThroughput?: { readonly ReadCapacityUnits: number; readonly WriteCapacityUnits: number }
  readonly GlobalSecondaryIndexes?: readonly object[]
  readonly LocalSecondaryIndexes?: readonly object[]
  readonly StreamSpecification?: { readonly StreamViewType: string }
  readonly TimeToLiveSpecification?: { readonly AttributeName?: string; readonly Enabled: boolean }
}

export const tableArn = (region: string, name: string): string =>
  `arn:aws:dynamodb:${region}:${ACCOUNT_ID}:table/${name}`

/** The input of CreateTable that makes the table which CloudFormation describes. */
export const createTableInput = (properties: TableProperties): object => {
  const { StreamSpecification: stream } = properties
  const input = without(properties, 'TimeToLiveSpecification')
  return stream ? { ...input, StreamSpecification: { StreamEnabled: true, ...stream } } : input
}

/** What CreateTable stores beside dynalite's own fields. `now` (milliseconds) becomes the stream's label. */
export const streamAdditions = (arn: string, input: object, now: number): Partial<Table> => {
  const { StreamSpecification } = input as Pick<Table, 'StreamSpecification'>
  if (!StreamSpecification?.StreamEnabled) return {}
  const LatestStreamLabel = new Date(now).toISOString().slice(0, -1)
  return { StreamSpecification, LatestStreamLabel, LatestStreamArn: `${arn}/stream/${LatestStreamLabel}` }
}

export const timeToLiveAddition = ({
  TimeToLiveSpecification,
}: TableProperties): Pick<Table, 'TimeToLive'> => {
  const { AttributeName, Enabled } = TimeToLiveSpecification ?? {}
  return Enabled && AttributeName !== undefined ? { TimeToLive: { AttributeName, Enabled } } : {}
}

/** The same without some of its members. */
export const without = <T extends object, K extends keyof T & string>(
  whole: T,
  ...names: readonly K[]
): Omit<T, K> =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name as K))) as Omit<T, K>
