/** What the operators' doors do, once they are wired: input checked, work done for as long as there is time, the answer. */
import type { Context } from 'aws-lambda'
import { cursors } from '../ledger/cursors.ts'
import type { Cursors } from '../ledger/cursors.ts'
import { receiptsOf } from '../ledger/receipts.ts'
import { laneTraces } from '../ledger/scan.ts'
import { erasureOf } from '../sync/operators/erasure.ts'
import { holdLane as hold } from '../sync/operators/hold-lane.ts'
import { reconcile as reconcileSome } from '../sync/operators/reconcile.ts'
import type { Reconciled } from '../sync/operators/reconcile.ts'
import { redrive as redriveSome } from '../sync/operators/redrive.ts'
import { releaseDrop as release } from '../sync/drop/release-drop.ts'
import { replayKeys, replayWindow } from '../sync/operators/replay.ts'
import type { Replayed } from '../sync/operators/replay.ts'
import { customerKeys } from './customer-keys.ts'
import { deadLetters } from './dead-letters.ts'
import { startDrop } from './drop-doors.ts'
import {
  BadInput,
  holdLaneInput,
  readInput,
  receiptsInput,
  reconcileInput,
  redriveInput,
  releaseDropInput,
  replayInput,
} from './operator-input.ts'
import type { Wired } from './wire.ts'

/** `marked`: keys so far, once for each Region. With a cursor there is more to do: ask again, and give it along. */
export interface Progress {
  readonly marked: number
  readonly cursor?: string
}

/** `{ keys }`: the urgent lanes are marked. `{ from, to }`: the bulk lanes, with what they dealt with then. */
export const replay = (wired: Wired) => {
  const { config, operators, put: enqueue, waiting } = wired
  const schema = replayInput(namesOf(wired))
  const traces = laneTraces(operators.documents, config.ledgerTable)
  const stops = cursors<Replayed>(operators.table, 'replay')
  return async (event: unknown, context: Context): Promise<Progress> => {
    const { regions, ...asked } = readInput('replay', schema, event)
    const replaying = { enqueue, at: waiting.now() }
    if ('keys' in asked) return { marked: await replayKeys(asked.keys, regions, replaying) }
    const before = await found(stops, asked.cursor)
    const hasTime = timeIn(context)
    const stop = await replayWindow(asked.window, regions, { ...replaying, traces, hasTime }, before)
    return answer(stop, { isDone: !stop.place, stops, context, now: waiting.now() })
  }
}

/** Every item of the table, and every one that it has no more, is looked at again. */
export const reconcile = (wired: Wired) => {
  const { config, mapping, operators, put: enqueue, waiting } = wired
  const schema = reconcileInput(namesOf(wired))
  const traces = laneTraces(operators.documents, config.ledgerTable)
  const customers = customerKeys(operators.customers, mapping.key)
  const stops = cursors<Reconciled>(operators.table, 'reconcile')
  return async (event: unknown, context: Context): Promise<Progress> => {
    const { cursor, ...asked } = readInput('reconcile', schema, event)
    const before = await found(stops, cursor)
    const parts = { enqueue, at: waiting.now(), customers, traces, hasTime: timeIn(context) }
    const stop = await reconcileSome({ ...asked, ...parts }, before)
    return answer(stop, { isDone: stop.pass === 'done', stops, context, now: waiting.now() })
  }
}

/** What a lane has given up goes back into it. */
export const redrive = (wired: Wired) => {
  const schema = redriveInput(namesOf(wired))
  return (event: unknown, context: Context) => {
    const { region, lane } = readInput('redrive', schema, event)
    const { urgentDead, bulkDead } = wired.regionOf(region)
    const dead = deadLetters(wired.queues, lane === 'urgent' ? urgentDead : bulkDead)
    return redriveSome(dead, (markers) => wired.put(region, lane, markers), timeIn(context))
  }
}

/** Stops a Region's lanes, or lets them go on. */
export const holdLane = (wired: Wired) => {
  const schema = holdLaneInput(namesOf(wired))
  return async (event: unknown) => {
    const { region, paused } = readInput('hold-lane', schema, event)
    return { region, ...(await hold(wired.turnsIn(region), paused)) }
  }
}

/** A dropped file that is held goes on, or not. */
export const releaseDrop = (wired: Wired) => {
  const schema = releaseDropInput()
  return (event: unknown) =>
    release(readInput('release-drop', schema, event), wired.closing(), startDrop(wired))
}

/** What is proved of a customer's erasure. */
export const receipts = (wired: Wired) => {
  const { mapping, memoryIn, operators } = wired
  const schema = receiptsInput()
  const customers = customerKeys(operators.customers, mapping.key)
  const regions = namesOf(wired)
  return async (event: unknown) => {
    const { key } = readInput('receipts', schema, event)
    return erasureOf(key, {
      ...{ regions, customers, memoryIn, mapping },
      receiptsOf: (each) => receiptsOf(operators.table, each),
    })
  }
}

const namesOf = ({ config }: Wired): string[] => config.regions.map(({ region }) => region)

/** Milliseconds that are left for the last page, or the last messages, and the answer. */
const RESERVE = 60_000

const timeIn = (context: Context) => (): boolean => context.getRemainingTimeInMillis() > RESERVE

const found = async <T>(stops: Cursors<T>, cursor: string | undefined): Promise<T | undefined> => {
  if (cursor === undefined) return undefined
  const stop = await stops.find(cursor)
  if (!stop)
    throw new BadInput('the cursor is not known (expected: one that this verb gave in the last seven days)')
  return stop
}

interface Answering<T> {
  readonly isDone: boolean
  readonly stops: Cursors<T>
  readonly context: Context
  readonly now: number
}

const answer = async <T extends { readonly marked: number }>(
  stop: T,
  { isDone, stops, context, now }: Answering<T>,
): Promise<Progress> => {
  const { marked } = stop
  if (isDone) return { marked }
  await stops.leave(context.awsRequestId, stop, now)
  return { cursor: context.awsRequestId, marked }
}
