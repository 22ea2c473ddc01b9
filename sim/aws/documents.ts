/** DynamoDB's document client over tables in memory: conditions, batches that are cut short, consistent and stale reads. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import type { Host } from '../clock/host.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Weather } from '../history/weather.ts'
import { holds } from './conditions.ts'
import type { Item } from './conditions.ts'

export interface StoredTable {
  readonly hash: string
  /** Where items have a sort key too. */
  readonly range?: string
  readonly items: Map<string, Item>
  /** By hash key, the keys of its items. */
  readonly partitions: Map<string, Set<string>>
  /** What each item was before it was last written: what a stale read may show. */
  readonly before: Map<string, Item | undefined>
  readonly written?: (item: Item | undefined, before: Item | undefined) => void
}

export const tableOf = (shape: Pick<StoredTable, 'hash' | 'range' | 'written'>): StoredTable => ({
  ...shape,
  items: new Map(),
  partitions: new Map(),
  before: new Map(),
})

export const keyIn = (table: StoredTable, item: Item): string =>
  table.range === undefined
    ? String(item[table.hash])
    : `${String(item[table.hash])}\n${String(item[table.range])}`

/** Puts or (without `item`) deletes; the writer of the table itself, not of a call. */
export const write = (table: StoredTable, key: string, item: Item | undefined): void => {
  const before = table.items.get(key)
  table.before.set(key, before)
  const hash = String((item ?? before)?.[table.hash])
  const partition = table.partitions.get(hash) ?? new Set()
  table.partitions.set(hash, partition)
  if (item === undefined) {
    table.items.delete(key)
    partition.delete(key)
  } else {
    table.items.set(key, item)
    partition.add(key)
  }
  table.written?.(item, before)
}

export interface DocumentsOptions {
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly tables: Readonly<Record<string, StoredTable>>
}

/** Asks for the `Date` of an answer: the service's time to the second. */
export class TimeCommand {
  readonly input = {}
}

interface Command {
  readonly constructor: { readonly name: string }
  readonly input: Record<string, unknown>
}

/** What the product's ledger and readers call `client`. */
export const documentsFor = (host: Host, { scheduler, weather, tables }: DocumentsOptions) => ({
  send: (command: unknown): Promise<unknown> =>
    host.ask(({ ok, fail }) => {
      const { random } = host
      const { constructor, input } = command as Command
      const run = OPERATIONS[constructor.name]
      if (!run) throw new Error(`the simulator does not know ${constructor.name}`)
      const slow = weather.strikes('ledger slow', random) ? random.between(500, 6_000) : 0
      const fault = weather.strikes('ledger error', random)
        ? 'none'
        : weather.strikes('ledger error, applied', random)
          ? 'applied'
          : undefined
      const isBackSlow = slow > 0 && random.chance(0.5)
      scheduler.after(random.between(1, 8) + (isBackSlow ? 0 : slow), () => {
        let answer: () => void = () => fail(unavailable())
        if (fault !== 'none') {
          const done = attempt(() => run(input, { tables, host, weather, now: scheduler.now }))
          if (!fault) answer = 'value' in done ? () => ok(done.value) : () => fail(done.error)
        }
        scheduler.after(random.between(1, 8) + (isBackSlow ? slow : 0), answer)
      })
    }),
})

const attempt = (work: () => unknown): { value: unknown } | { error: Error } => {
  try {
    return { value: work() }
  } catch (error) {
    return { error: error as Error }
  }
}

const named = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } })
const unavailable = () => named('InternalServerError', 500)

interface Context {
  readonly tables: Readonly<Record<string, StoredTable>>
  readonly host: Host
  readonly weather: Weather
  readonly now: () => number
}

type Operation = (input: Record<string, unknown>, context: Context) => unknown

const tableIn = ({ tables }: Context, name: unknown): StoredTable => {
  const table = tables[String(name)]
  if (!table) throw named('ResourceNotFoundException', 400)
  return table
}

const read = (table: StoredTable, key: string, isConsistent: unknown, { host, weather }: Context) =>
  // Whoever asks for a consistent read is not struck by it.
  table.before.has(key) && weather.strikes('stale read', host.random) && isConsistent !== true
    ? table.before.get(key)
    : table.items.get(key)

const conditional = (table: StoredTable, key: string, input: Record<string, unknown>): void => {
  const expression = input['ConditionExpression'] as string | undefined
  if (expression === undefined) return
  const given = {
    names: input['ExpressionAttributeNames'] as Record<string, string> | undefined,
    values: input['ExpressionAttributeValues'] as Item | undefined,
  }
  if (holds(expression, table.items.get(key), given)) return
  throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} })
}

interface Requests {
  readonly Keys?: readonly Item[]
  readonly ConsistentRead?: boolean
}
interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item }
  readonly DeleteRequest?: { readonly Key: Item }
}

const batchGet: Operation = (input, context) => {
  const Responses: Record<string, Item[]> = {}
  const UnprocessedKeys: Record<string, Requests> = {}
  for (const [name, request] of Object.entries(input['RequestItems'] as Record<string, Requests>)) {
    const table = tableIn(context, name)
    const keys = [...(request.Keys ?? [])]
    refuseUnless(
      keys.length > 0 && keys.length <= 100,
      keys.map((key) => keyIn(table, key)),
    )
    const kept = cut(keys.length, context)
    Responses[name] = keys.slice(0, kept).flatMap((key): Item[] => {
      const item = read(table, keyIn(table, key), request.ConsistentRead, context)
      return item ? [item] : []
    })
    if (kept < keys.length) UnprocessedKeys[name] = { ...request, Keys: keys.slice(kept) }
  }
  return { Responses, UnprocessedKeys }
}

const batchWrite: Operation = (input, context) => {
  const UnprocessedItems: Record<string, WriteRequest[]> = {}
  for (const [name, requests] of Object.entries(input['RequestItems'] as Record<string, WriteRequest[]>)) {
    const table = tableIn(context, name)
    const keyOf = ({ PutRequest, DeleteRequest }: WriteRequest) =>
      keyIn(table, PutRequest?.Item ?? DeleteRequest?.Key ?? {})
    refuseUnless(requests.length > 0 && requests.length <= 25, requests.map(keyOf))
    const kept = cut(requests.length, context)
    for (const request of requests.slice(0, kept)) write(table, keyOf(request), request.PutRequest?.Item)
    if (kept < requests.length) UnprocessedItems[name] = requests.slice(kept)
  }
  return { UnprocessedItems }
}

const refuseUnless = (fits: boolean, keys: readonly string[]): void => {
  if (!fits || new Set(keys).size < keys.length) throw named('ValidationException', 400)
}

/** How many of `length` are done in this call. */
const cut = (length: number, { host, weather }: Context): number =>
  length > 1 && weather.strikes('ledger leaves items unprocessed', host.random)
    ? host.random.int(1, length - 1)
    : length

const OPERATIONS: Readonly<Record<string, Operation | undefined>> = {
  GetCommand: (input, context) => {
    const table = tableIn(context, input['TableName'])
    return { Item: read(table, keyIn(table, input['Key'] as Item), input['ConsistentRead'], context) }
  },
  BatchGetCommand: batchGet,
  BatchWriteCommand: batchWrite,
  QueryCommand: (input, context) => {
    const table = tableIn(context, input['TableName'])
    const [hash] = Object.values(input['ExpressionAttributeValues'] as Item)
    const keys = [...(table.partitions.get(String(hash)) ?? [])]
    const Items = keys.flatMap((key): Item[] => [table.items.get(key) ?? {}])
    const range = table.range ?? table.hash
    return { Items: Items.sort((one, other) => (String(one[range]) < String(other[range]) ? -1 : 1)) }
  },
  ScanCommand: (input, context) => ({ Items: [...tableIn(context, input['TableName']).items.values()] }),
  TimeCommand: (_input, { now }) => Math.floor(now() / 1000) * 1000,
  PutCommand: (input, context) => {
    const table = tableIn(context, input['TableName'])
    const item = input['Item'] as Item
    conditional(table, keyIn(table, item), input)
    write(table, keyIn(table, item), item)
    return {}
  },
  DeleteCommand: (input, context) => {
    const table = tableIn(context, input['TableName'])
    const key = keyIn(table, input['Key'] as Item)
    conditional(table, key, input)
    if (table.items.has(key)) write(table, key, undefined)
    return {}
  },
}
