/** Amazon DynamoDB in every local Region: tables made from code, used in process or over HTTP, with their streams. */
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Service } from '../service.ts'
import { dynamoDbError } from './errors.ts'
import { dynamoDbService } from './http.ts'
import { openRegionTables } from './region-tables.ts'
import type { RegionTables } from './region-tables.ts'
import type { StreamRecord } from './stream-record.ts'
import type { TableProperties } from './table-properties.ts'

export interface DynamoDbOptions {
  readonly clock: Clock
  /** Items are kept under `DIRECTORY/REGION`; in memory without it. Streams are not kept. */
  readonly directory?: string
  /** How often expired items are removed; once a minute where absent. */
  readonly sweepMs?: number
}

export interface DynamoDb {
  readonly service: Service
  /**
   * Makes a table, or takes up the one on disk with the same keys; resolves when it is ACTIVE. Rejects with
   * {@link DynamoDbError}: `ValidationException`, or `ResourceInUseException` for other keys, `InternalServerError`
   * where another process holds the directory.
   */
  createTable(
    region: string,
    properties: TableProperties,
  ): Promise<{ readonly arn: string; readonly streamArn?: string }>
  /** Every record of the table's stream from now on, in order; the function returned ends it. */
  onRecord(region: string, tableName: string, listener: (record: StreamRecord) => void): () => void
  /** The stream as an event source. Rejects with `ResourceNotFoundException` where the table has none. */
  stream(region: string, tableName: string): Promise<TableStream>
  /** Any operation without HTTP, in the shapes of the JSON protocol. Rejects with {@link DynamoDbError}. */
  perform(region: string, operation: string, input: object): Promise<object>
  close(): Promise<void>
}

export interface TableStream {
  readonly arn: string
  readonly partitionKey: string
  subscribe(listener: (record: StreamRecord) => void): () => void
}

export const createDynamoDb = ({ clock, directory, sweepMs }: DynamoDbOptions): DynamoDb => {
  const regions = new Map<string, RegionTables>()

  const tablesIn = (region: string): RegionTables => {
    const kept = {
      ...(directory !== undefined && { path: join(directory, region) }),
      ...(sweepMs !== undefined && { sweepMs }),
    }
    const tables = regions.get(region) ?? openRegionTables(region, clock, kept)
    regions.set(region, tables)
    return tables
  }

  const dynamoDb: Omit<DynamoDb, 'service'> = {
    async createTable(region, properties) {
      const { TableArn, LatestStreamArn } = await tablesIn(region).createTable(properties)
      return { arn: TableArn, ...(LatestStreamArn === undefined ? {} : { streamArn: LatestStreamArn }) }
    },
    onRecord: (region, tableName, listener) => tablesIn(region).subscribe(tableName, listener),
    async stream(region, tableName) {
      const { LatestStreamArn: arn, KeySchema } = await tablesIn(region).table(tableName)
      if (arn === undefined)
        throw dynamoDbError('ResourceNotFoundException', `Table ${tableName} has no stream`)
      return {
        arn,
        partitionKey: KeySchema[0]?.AttributeName ?? '',
        subscribe: (listener) => tablesIn(region).subscribe(tableName, listener),
      }
    },
    perform: (region, operation, input) => tablesIn(region).perform(operation, input),
    async close() {
      await Promise.all([...regions.values()].map((tables) => tables.close()))
    },
  }
  return { ...dynamoDb, service: dynamoDbService(dynamoDb) }
}
