import type { Context, SQSEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { failed } from '../../shared/endpoint/outcome.ts'
import { memoryDestination } from '../../shared/destinations/memory.ts'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import { laneTurns } from '../../shared/ledger/lane-turns.ts'
import { markChanges, sendChanges } from '../../shared/runtime/lane-doors.ts'
import type { TableChange } from '../../shared/sync/lane/mark-dirty.ts'
import { PEOPLE } from './open-lanes.ts'
import { memoryTable } from './memory-table.ts'

describe('the door of the table’s stream', () => {
  const marked = async (...records: object[]) => {
    const all: TableChange[] = []
    const markDirty = (changes: readonly TableChange[]) => {
      all.push(...changes)
      return Promise.resolve()
    }
    await markChanges({ mapping: PEOPLE, markDirty })({
      Records: records.map((dynamodb) => ({ dynamodb })),
    })
    return all
  }
  const Keys = { Id: { S: 'a' } }
  const image = (plan: string) => ({ Id: { S: 'a' }, Attributes: { M: { Plan: { SS: [plan] } } } })

  it('makes a change of each record, as it was and as it is, with its time in milliseconds', async () => {
    const ApproximateCreationDateTime = 1_780_272_000
    expect(
      await marked(
        { Keys, NewImage: image('one'), ApproximateCreationDateTime },
        { Keys, OldImage: image('one'), NewImage: image('two'), ApproximateCreationDateTime },
        { Keys, OldImage: image('two'), ApproximateCreationDateTime },
      ),
    ).toEqual([
      { key: 'a', at: 1_780_272_000_000, before: undefined, after: item('one') },
      { key: 'a', at: 1_780_272_000_000, before: item('one'), after: item('two') },
      { key: 'a', at: 1_780_272_000_000, before: item('two'), after: undefined },
    ])
  })

  it('reads numbers of more digits than JavaScript has, and does not stop at them', async () => {
    const NewImage = { Id: { S: 'a' }, Version: { N: '12345678901234567890123456789012345678' } }
    expect((await marked({ Keys, NewImage }))[0]?.after).toEqual({ Id: 'a', Version: 1.2345678901234568e37 })
  })

  const item = (plan: string) => ({ Id: 'a', Attributes: { Plan: new Set([plan]) } })
})

describe('the door of a lane', () => {
  const open = (answer = failed('InternalServerErrorException')) => {
    const table = memoryTable(() => Date.parse('2026-06-01T00:00:00.000Z'))
    const sent: { QueueUrl?: string; VisibilityTimeout?: number }[] = []
    const queue = (kind: string) => `https://sqs.us-east-1.amazonaws.com/000000000000/p-${kind}-us-west-2`
    const region = { region: 'us-west-2', urgent: queue('urgent'), bulk: queue('bulk') }
    const twin = memoryDestination('us-west-2')
    const parts = {
      region,
      destination: { ...twin, apply: () => Promise.resolve([answer]) },
      memory: laneMemory(table, 'us-west-2'),
      turns: laneTurns(table, 'us-west-2'),
      consents: consentRegister(table),
      mapping: PEOPLE,
      readItems: (keys: readonly string[]) =>
        Promise.resolve(new Map(keys.map((Id) => [Id, { Id, Address: 'ada@example.com' }]))),
      spread: () => Promise.resolve(),
      now: () => Date.parse('2026-06-01T00:00:00.000Z'),
      sleep: () => Promise.resolve(),
    }
    const queues = {
      send: ({ input }: { input: object }) => {
        sent.push(input)
        return Promise.resolve({})
      },
    }
    const door = sendChanges({ laneParts: () => parts, queues } as unknown as Parameters<
      typeof sendChanges
    >[0])
    const handle = (kind: string, ...bodies: string[]) =>
      door(
        {
          Records: bodies.map((body, at) => ({
            messageId: `m${at}`,
            receiptHandle: `h${at}`,
            body,
            attributes: { ApproximateReceiveCount: '9' },
            eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:p-${kind}-us-west-2`,
          })),
        } as unknown as SQSEvent,
        { awsRequestId: 'r1', getRemainingTimeInMillis: () => 60_000 } as unknown as Context,
      )
    return { handle, sent, region }
  }
  const marker = (key: string) => JSON.stringify({ v: 2, keys: [key], at: 1 })

  it('leaves in the queue what is owed, and nothing else', async () => {
    const { handle } = open()
    expect(await handle('bulk', marker('a'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] })
    expect(await open({ result: 'applied' } as never).handle('bulk', marker('a'))).toEqual({
      batchItemFailures: [],
    })
  })

  it('knows its lane by the queue that the markers came from', async () => {
    for (const [kind, seconds] of [
      ['urgent', 30],
      ['bulk', 256],
    ] as const) {
      const { handle, sent, region } = open()
      await handle(kind, marker('a'))
      expect(sent).toMatchObject([
        { QueueUrl: region[kind], VisibilityTimeout: seconds, ReceiptHandle: 'h0' },
      ])
    }
  })
})
