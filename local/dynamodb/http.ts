/** DynamoDB over HTTP: AWS JSON 1.0; permissions are asked for table by table before anything is done. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { crc32 } from 'node:zlib'
import type { Caller, Service } from '../service.ts'
import { AccessDenied } from '../service.ts'
import type { DynamoDb } from './dynamodb.ts'
import { OPERATIONS } from './dynalite.ts'
import { DynamoDbError, asDynamoDbError, notEmulated } from './errors.ts'
import { tableArn } from './table-properties.ts'

type Input = Readonly<Record<string, unknown>>

const MAX_REQUEST_BYTES = 16 * 1024 * 1024

/** The wire: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html */
export const dynamoDbService = (dynamoDb: Pick<DynamoDb, 'perform'>): Service => ({
  async handle(request, response, caller) {
    try {
      const operation = operationOf(String(request.headers['x-amz-target'] ?? ''))
      const input = byName(parsed(await bodyOf(request)), caller.region)
      for (const resource of resourcesOf(operation, input, caller)) {
        caller.authorize(`dynamodb:${operation}`, resource)
      }
      send(response, 200, await dynamoDb.perform(caller.region, operation, input))
    } catch (thrown) {
      const error = thrown instanceof AccessDenied ? accessDenied(thrown) : asDynamoDbError(thrown)
      send(response, error.status, error.body)
    }
  },
})

// Not by node:stream/consumers: the blob that it makes of each body lives on until the next great garbage collection.
const bodyOf = async (request: IncomingMessage): Promise<Buffer> =>
  Buffer.concat((await request.toArray()) as Buffer[])

const OURS = ['DescribeTimeToLive', 'UpdateTimeToLive']

const operationOf = (target: string): string => {
  const [version, operation = target] = target.split('.')
  const isKnown = OPERATIONS.has(operation) || OURS.includes(operation)
  if (version !== 'DynamoDB_20120810' || !isKnown)
    throw notEmulated(operation || 'A request without X-Amz-Target')
  return operation
}

const parsed = (body: Buffer): Input => {
  if (body.length > MAX_REQUEST_BYTES) throw coralError('RequestEntityTooLarge', 413)
  try {
    const input: unknown = JSON.parse(body.toString('utf8'))
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Input
  } catch {
    // Answered below, in the service's own words.
  }
  throw coralError('SerializationException')
}

/** The input with plain table names where the caller gave ARNs of its own Region. */
const byName = (input: Input, region: string): Input => {
  const prefix = tableArn(region, '')
  const nameIn = (table: string) => (table.startsWith(prefix) ? table.slice(prefix.length) : table)
  const { TableName: table, RequestItems: items } = input
  return {
    ...input,
    ...(typeof table === 'string' ? { TableName: nameIn(table) } : {}),
    ...(isStructure(items)
      ? {
          RequestItems: Object.fromEntries(Object.entries(items).map(([name, each]) => [nameIn(name), each])),
        }
      : {}),
  }
}

const resourcesOf = (operation: string, input: Input, { region }: Caller): readonly string[] => {
  const { TableName: table, IndexName: index, RequestItems: items, ResourceArn: resource } = input
  if (operation === 'ListTables') return ['*']
  if (typeof resource === 'string') return [resource]
  if (isStructure(items)) return Object.keys(items).map((name) => tableArn(region, name))
  const arn = tableArn(region, typeof table === 'string' ? table : '')
  return [typeof index === 'string' ? `${arn}/index/${index}` : arn]
}

const send = (response: ServerResponse, status: number, output: object): void => {
  if (response.headersSent) return void response.destroy()
  const body = JSON.stringify(output)
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': randomUUID(),
    'x-amz-crc32': String(crc32(body)),
  })
  response.end(body)
}

const accessDenied = ({ message }: AccessDenied): DynamoDbError =>
  coralError('AccessDeniedException', 400, message)

const coralError = (name: string, status = 400, message?: string): DynamoDbError =>
  new DynamoDbError(name, status, {
    __type: `com.amazon.coral.service#${name}`,
    ...(message === undefined ? {} : { message }),
  })

const isStructure = (value: unknown): value is Input =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
