/** The customer table's stream → a dirty marker in every Region's lane. */
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'

const { markDirty } = wire()

export const handler = door(({ Records }: DynamoDBStreamEvent) =>
  markDirty(Records.flatMap(({ dynamodb }) => dynamodb?.Keys?.['Id']?.S ?? [])),
)
