/** The keys of the customer table, and nothing else of it. */
import { batchGet } from '../ledger/batch-get.ts'
import type { Asked } from '../ledger/batch-get.ts'
import { scanPage } from '../ledger/scan.ts'
import type { CustomerKeys } from '../sync/operators/reconcile.ts'

/** `keyName`: the table's key attribute, a string. */
export const customerKeys = (table: Asked, keyName: string): CustomerKeys => {
  const { client, TableName } = table
  const rows = { TableName, ProjectionExpression: '#key', ExpressionAttributeNames: { '#key': keyName } }
  const keyIn = (item: Readonly<Record<string, unknown>>) => String(item[keyName])
  return {
    async page(from) {
      const { found, ...rest } = await scanPage(client, rows, from)
      return { found: found.map(keyIn), ...rest }
    },
    async there(keys) {
      const wanted = keys.map((key) => ({ [keyName]: key }))
      return new Set((await batchGet(table, wanted, keyName)).map(keyIn))
    },
  }
}
