/** Tables with their indexes, streams and Time to Live. */
import type { DynamoDb } from '../../dynamodb/dynamodb.ts'
import type { TableProperties } from '../../dynamodb/table-properties.ts'
import type { Makers } from '../provision.ts'
import { nameOf, picked } from './properties.ts'

const TABLE = [
  ...['AttributeDefinitions', 'BillingMode', 'GlobalSecondaryIndexes', 'KeySchema', 'LocalSecondaryIndexes'],
  ...['ProvisionedThroughput', 'StreamSpecification', 'TableName', 'TimeToLiveSpecification'],
]

export const dynamodbMakers = (dynamodb: DynamoDb): Makers => ({
  'AWS::DynamoDB::Table': {
    acts: TABLE,
    kept: [
      ...['ContributorInsightsSpecification', 'DeletionProtectionEnabled', 'OnDemandThroughput'],
      ...['PointInTimeRecoverySpecification', 'SSESpecification', 'TableClass', 'Tags'],
    ],
    async make(resource) {
      const name = nameOf(resource, 'TableName', 255)
      await refuseExisting(dynamodb, resource.region, name)
      // The shape is CloudFormation's; what is wrong in it, CreateTable says.
      const properties = { ...picked(resource, TABLE), TableName: name } as TableProperties
      const { arn, streamArn } = await dynamodb.createTable(resource.region, properties)
      return {
        ref: name,
        attributes: { Arn: arn, ...(streamArn !== undefined && { StreamArn: streamArn }) },
      }
    },
  },
})

const refuseExisting = async (dynamodb: DynamoDb, region: string, name: string): Promise<void> => {
  const isThere = await dynamodb.perform(region, 'DescribeTable', { TableName: name }).then(
    () => true,
    () => false,
  )
  if (isThere) throw new Error(`${name} already exists`)
}
