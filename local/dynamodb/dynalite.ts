/** The one place that knows dynalite 4.0.0's insides: one store per Region, and a hook on every write. */
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ACCOUNT_ID } from '../service.ts'
import { DynamoDbError, asDynamoDbError, dynamoDbError, notEmulated } from './errors.ts'
import type { Item, StreamViewType } from './stream-record.ts'

/** A table as dynalite stores it; what we add to it is stored with it. */
export interface Table {
  readonly TableName: string
  readonly TableArn: string
  readonly TableStatus: string
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[]
  readonly AttributeDefinitions: readonly object[]
  readonly StreamSpecification?: { readonly StreamEnabled: boolean; readonly StreamViewType: StreamViewType }
  readonly LatestStreamArn?: string
  readonly LatestStreamLabel?: string
  /** Ours: dynalite has no Time to Live. */
  readonly TimeToLive?: { readonly AttributeName: string; readonly Enabled: boolean }
}

export interface Write {
  readonly table: Table
  readonly oldItem: Item | undefined
  readonly newItem: Item | undefined
}

export interface RegionStore {
  /**
   * Performs one of dynalite's operations, in the shapes of DynamoDB's JSON protocol. `additions` are stored with
   * the table that CreateTable makes. Rejects with {@link DynamoDbError}.
   */
  perform(operation: string, input: object, additions?: object): Promise<object>
  /** Rejects where the store on disk cannot be opened: another process may hold it. */
  ready(): Promise<void>
  /** The table, whatever its status. Rejects with `ResourceNotFoundException`. */
  table(name: string): Promise<Table>
  /** Stores a changed table. */
  save(table: Table): Promise<void>
  close(): Promise<void>
}

export interface RegionStoreOptions {
  readonly region: string
  /** Where items are kept on disk; in memory without it. */
  readonly path?: string
  /** Called while the item is locked: `whenWritten` runs its task once the write is done, in the order of writes. */
  readonly onWrite: (write: Write, whenWritten: (task: () => void) => void) => void
}

export const OPERATIONS: ReadonlySet<string> = new Set([
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
])

export const openRegionStore = ({ region, path, onWrite }: RegionStoreOptions): RegionStore => {
  if (path !== undefined) mkdirSync(path, { recursive: true })
  const store = db.create({
    ...(path === undefined ? {} : { path }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  })
  // dynalite takes both from the process's environment, where there is but one Region.
  store.tableDb.awsRegion = region
  store.tableDb.awsAccountId = ACCOUNT_ID
  writeHooks.set(store, onWrite)

  return {
    perform: (operation, input, additions = {}) =>
      new Promise((resolve, reject) => {
        if (!OPERATIONS.has(operation)) throw notEmulated(operation)
        const { act, types, custom } = moduleOf(operation)
        // dynalite writes into what it is given.
        const given = structuredClone(input)
        const data = {
          ...asked(() => validations.checkTypes(given, types)),
          ...additions,
          ...keptFields(input),
        }
        asked(() => validations.checkValidations(data, types, custom, store))
        act(store, data, (error, output) => (error ? reject(asDynamoDbError(error)) : resolve(output ?? {})))
      }),
    ready: () => store.db.open().catch((error: unknown) => Promise.reject(cannotOpen(path, error))),
    table: (name) =>
      new Promise((resolve, reject) => {
        store.getTable(name, false, (error, table) =>
          table ? resolve(table) : reject(asDynamoDbError(error ?? new Error(`no table ${name}`))),
        )
      }),
    save: (table) =>
      new Promise((resolve, reject) => {
        store.tableDb.put(table.TableName, table, (error) =>
          error ? reject(asDynamoDbError(error)) : resolve(),
        )
      }),
    close: () => store.lifecycleManager.gracefulClose(),
  }
}

type Callback<T> = (error: Error | null | undefined, result?: T) => void
type Release = (done?: () => void) => () => void

interface Store {
  readonly db: { open(): Promise<void> }
  readonly tableDb: {
    awsRegion: string
    awsAccountId: string
    put(key: string, value: object, done: Callback<never>): void
  }
  readonly lifecycleManager: { gracefulClose(): Promise<void> }
  getTable(name: string, checkStatus: boolean, done: Callback<Table>): void
  getItemDb(name: string): { lock(key: string, task: (release: Release) => void): void }
}

interface Db {
  create(options: object): Store
  createKey(item: Item, table: Table): string
  updateIndexes(...write: UpdateIndexes): void
  checkConditional(data: Conditional, existingItem?: Item): ConditionError | null | undefined
}

type UpdateIndexes = [
  store: Store,
  table: Table,
  oldItem: Item | undefined,
  newItem: Item | null,
  done: unknown,
]

interface Conditional {
  readonly ReturnValuesOnConditionCheckFailure?: unknown
}

interface ConditionError extends Error {
  readonly body: { Item?: Item }
}

interface Validations {
  checkTypes(data: object, types: unknown): object
  checkValidations(data: object, types: unknown, custom: unknown, store: Store): void
}

interface OperationModule {
  readonly act: (store: Store, data: object, done: Callback<object>) => void
  readonly types: unknown
  readonly custom: unknown
}

const require = createRequire(import.meta.url)
const db = require('dynalite/db') as Db
const validations = require('dynalite/validations') as Validations
const writeHooks = new WeakMap<Store, RegionStoreOptions['onWrite']>()

const moduleOf = (operation: string): OperationModule => {
  const name = operation.charAt(0).toLowerCase() + operation.slice(1)
  const { types, custom } = require(`dynalite/validations/${name}`) as Pick<
    OperationModule,
    'types' | 'custom'
  >
  return { act: require(`dynalite/actions/${name}`) as OperationModule['act'], types, custom }
}

const cannotOpen = (path: string | undefined, error: unknown): DynamoDbError => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const why = cause instanceof Error ? cause.message : String(cause)
  return dynamoDbError('InternalServerError', `Cannot open ${path ?? 'the tables'}: ${why}`, 500)
}

const asked = <T>(check: () => T): T => {
  try {
    return check()
  } catch (error) {
    throw error instanceof DynamoDbError ? error : asDynamoDbError(error)
  }
}

// checkTypes drops what dynalite does not know; the hook below needs this one.
const keptFields = (input: object): Conditional =>
  'ReturnValuesOnConditionCheckFailure' in input
    ? { ReturnValuesOnConditionCheckFailure: input.ReturnValuesOnConditionCheckFailure }
    : {}

// Puts, updates, deletes and batches all come by here with both images, holding the lock of the item.
const updateIndexes = db.updateIndexes.bind(db)
db.updateIndexes = (...write) => {
  const [store, table, oldItem, newItem] = write
  const item = newItem ?? oldItem
  if (item) {
    const key = db.createKey(item, table)
    // The next holder of the lock comes after the write itself, which follows this call.
    const whenWritten = (task: () => void) =>
      store.getItemDb(table.TableName).lock(key, (release) => {
        try {
          task()
        } finally {
          release()()
        }
      })
    writeHooks.get(store)?.({ table, oldItem, newItem: newItem ?? undefined }, whenWritten)
  }
  updateIndexes(...write)
}

const checkConditional = db.checkConditional.bind(db)
db.checkConditional = (data, existingItem) => {
  const error = checkConditional(data, existingItem)
  if (error && existingItem && data.ReturnValuesOnConditionCheckFailure === 'ALL_OLD')
    error.body.Item = existingItem
  return error
}
