import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { batchGet } from '../../shared/ledger/batch-get.ts'
import { ledgerTable } from '../../shared/ledger/table.ts'

type Requests = Readonly<Record<string, unknown>>

/** A table that leaves all it is asked undone for so many calls, and what was waited in between. */
const busy = (calls: number, random: () => number) => {
  const waits: number[] = []
  let left = calls
  const send = ({ input }: { input: { RequestItems: Requests } }) => {
    left -= 1
    const undone = left >= 0 ? input.RequestItems : {}
    return Promise.resolve({ UnprocessedKeys: undone, UnprocessedItems: undone })
  }
  const sleep = (ms: number) => Promise.resolve(void waits.push(ms))
  const client = { send } as unknown as DynamoDBDocumentClient
  return { table: { client, TableName: 't', sleep, random }, waits }
}

const key = { pk: 'p', sk: 's' }
const ASKED = [
  ['read', (table: Parameters<typeof batchGet>[0]) => batchGet(table, [key])],
  ['written', (table: Parameters<typeof batchGet>[0]) => ledgerTable(table).putAll([key])],
  ['deleted', (table: Parameters<typeof batchGet>[0]) => ledgerTable(table).deleteAll([key])],
] as const

describe.each(ASKED)('what DynamoDB has left undone is %s again', (_what, ask) => {
  it('after a while that doubles up to five seconds', async () => {
    const { table, waits } = busy(9, () => 1)
    await ask(table)
    expect(waits).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000])
  })

  it('each time at another moment within it', async () => {
    const draws = [0, 0.5, 0.25]
    const { table, waits } = busy(3, () => draws.shift() ?? 1)
    await ask(table)
    expect(waits).toEqual([0, 50, 50])
  })

  it('without a wait where nothing is left', async () => {
    const { table, waits } = busy(0, () => 1)
    await ask(table)
    expect(waits).toEqual([])
  })
})
