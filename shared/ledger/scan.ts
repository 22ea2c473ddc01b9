/** Tables row by row, a page at a time; and of the ledger's rows those that say which items a Region's lane has dealt with. */
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Region } from '../endpoint/endpoint.ts'
import type { Key } from './table.ts'

/** Where a scan goes on: the key of the last row that it has seen. */
export type Place = Readonly<Record<string, unknown>>

export interface Page<T> {
  /** May be empty although more is to come. */
  readonly found: readonly T[]
  /** Undefined when the table has been seen to its end. */
  readonly next?: Place
}

export interface Rows {
  readonly TableName: string
  /** The attributes wanted, and which rows: expressions as DynamoDB has them. */
  readonly ProjectionExpression: string
  readonly FilterExpression?: string
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>
}

/** One page of a scan; a row that was written a moment ago may be missing. */
export const scanPage = async (
  client: DynamoDBDocumentClient,
  rows: Rows,
  from: Place | undefined,
): Promise<Page<Record<string, unknown>>> => {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new ScanCommand({
      ...rows,
      ExpressionAttributeNames: { ...rows.ExpressionAttributeNames },
      ...(from && { ExclusiveStartKey: { ...from } }),
    }),
  )
  return { found: Items, ...(LastEvaluatedKey && { next: LastEvaluatedKey }) }
}

/** Items that a Region's lane has a note of. */
export interface Trace {
  readonly region: Region
  readonly keys: readonly string[]
}

/** Both ends belong to it; ISO 8601 in the form of toISOString. */
export interface Window {
  readonly from: string
  readonly to: string
}

export interface LaneTraces {
  /** Items that have, or may still have, endpoints in a Region. */
  items(from: Place | undefined): Promise<Page<Trace>>
  /** Items of which something was sent to a Region, became of them there, or was set aside, within the window. */
  within(window: Window, from: Place | undefined): Promise<Page<Trace>>
}

export const laneTraces = (client: DynamoDBDocumentClient, TableName: string): LaneTraces => {
  const rows = {
    TableName,
    ProjectionExpression: 'pk, #key, #keys',
    ExpressionAttributeNames: { '#key': 'key', '#keys': 'keys' },
  }
  const read = async (wanted: Rows, from: Place | undefined): Promise<Page<Trace>> => {
    const { found, ...rest } = await scanPage(client, wanted, from)
    return { found: (found as unknown as TraceRow[]).map(traceOf), ...rest }
  }
  return {
    items: (from) =>
      read(
        {
          ...rows,
          FilterExpression: 'begins_with(pk, :item)',
          ExpressionAttributeValues: { ':item': 'item#' },
        },
        from,
      ),
    within: (window, from) =>
      read(
        {
          ...rows,
          FilterExpression:
            '(begins_with(pk, :item) OR begins_with(pk, :sent) OR begins_with(pk, :parked)) AND #at BETWEEN :from AND :to',
          ExpressionAttributeNames: { ...rows.ExpressionAttributeNames, '#at': 'at' },
          ExpressionAttributeValues: {
            ':item': 'item#',
            ':sent': 'sent#',
            ':parked': 'parked#',
            ':from': window.from,
            ':to': window.to,
          },
        },
        from,
      ),
  }
}

/** Rows as lane-memory.ts writes them: `item#REGION#…` and `parked#REGION` have a key, `sent#REGION#…` has keys. */
interface TraceRow extends Pick<Key, 'pk'> {
  readonly key?: string
  readonly keys?: readonly string[]
}

const traceOf = ({ pk, key, keys }: TraceRow): Trace => ({
  region: pk.split('#')[1] ?? '',
  keys: keys ?? (key === undefined ? [] : [key]),
})
