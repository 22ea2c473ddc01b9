/** One sender at a time for each Region: the quota is no faster for two, and order needs no other lock. */
import type { Destination } from '../../destinations/destination.ts'
import type { PaceState } from '../../destinations/pace.ts'
import type { Breaker, Handover, LaneTurns, LaneView } from '../../ledger/lane-turns.ts'
import { CLOSED } from './breaker.ts'

export interface Leased {
  readonly turns: Omit<LaneTurns, 'pause' | 'beginLoad' | 'endLoad'>
  readonly destination: Pick<Destination, 'pace'>
  /** Milliseconds since the epoch, by the host's clock. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

export interface Turn {
  /** Who holds the lane: another name for each invocation. */
  readonly owner: string
  /** The instant (ms, by the host's clock) at which the invocation is cut off, whatever it does. */
  readonly deadline: number
  /** The urgent do not wait for the others to come to their end. */
  readonly isUrgent?: boolean
  /** Nor does this one, but for the urgent. */
  readonly isEager?: boolean
}

/** A Region's lane while it is ours. */
export interface Hold {
  /** The instant (ms, by the host's clock) after which no further call is begun. */
  readonly until: number
  /** Milliseconds until then. */
  readonly left: () => number
  /** The instant (ms, the ledger's time) after which no call of this invocation can be under way. */
  readonly cutOff: number
  /** The ledger's time, ms: never ahead of it, and behind it by no more than it took to ask. */
  readonly now: () => number
  /** An instant of the ledger's time at which `ms` milliseconds from now have certainly passed. */
  readonly after: (ms: number) => number
  /** An operator had stopped the lane when it became ours: nothing is to be sent. */
  readonly isPaused: () => boolean
  /** Until that instant (ms, the ledger's time) an Import Job may bring back who is deleted now; 0: none may. */
  readonly loadingUntil: () => number
  readonly breaker: () => Breaker
  readonly setBreaker: (breaker: Breaker) => Promise<void>
  /**
   * Lets the urgent go first, if there are any. False when an operator has stopped the lane. Rejects with {@link LaneBusy}
   * when the lane does not come back in time.
   */
  readonly giveWay: () => Promise<boolean>
}

export class LaneBusy extends Error {
  override readonly name = 'LaneBusy'
}

/** The last milliseconds of an invocation are for writing down what became of the calls. */
const RESERVE = 15_000
/** While another sender has the lane, look again after (ms). */
const POLL = 200
/** For how long (ms) one word of the urgent keeps the others away. */
const WANT = 2_000

/**
 * Does `work` while nobody else sends to the Region. Rejects with {@link LaneBusy} when the lane was not to be had in time.
 * All instants in the ledger are by the ledger's clock, so that the hosts' may differ.
 */
export const whileLeased = async <T>(
  lane: Leased,
  turn: Turn,
  work: (hold: Hold) => Promise<T>,
): Promise<T> => {
  const lease = await takeLane(lane, turn, await askTime(lane))
  try {
    return await work(lease.hold)
  } finally {
    await lease.end()
  }
}

/** What to add to the host's clock for the ledger's time: at least, and at most. */
interface Offset {
  readonly least: number
  readonly most: number
}

/** The ledger's answer is a second coarse, and as old as it was on its way. */
const askTime = async ({ turns, now }: Pick<Leased, 'turns' | 'now'>): Promise<Offset> => {
  const asked = now()
  const time = await turns.time()
  return { least: time - now(), most: time + 1_000 - asked }
}

const takeLane = async (lane: Leased, turn: Turn, offset: Offset) => {
  const { turns, destination } = lane
  const ledgerNow = () => lane.now() + offset.least
  const until = turn.deadline - RESERVE
  const cutOff = turn.deadline + offset.most
  let breaker = CLOSED
  let isPaused = false
  let loadingUntil = 0
  let isOurs = false
  const take = async () => {
    try {
      await waitForTurn(lane, turn, { until, cutOff, ledgerNow })
      const left = await takeOver({ turns, destination }, lane.now, ledgerNow)
      breaker = left.handover?.breaker ?? CLOSED
      isPaused = left.isPaused
      loadingUntil = left.loadingUntil ?? 0
      isOurs = true
    } catch (error) {
      // It may be ours all the same, as where the answer was lost: nobody else would have it before we are cut off.
      if (!(error instanceof LaneBusy)) await turns.release(turn.owner).catch(() => undefined)
      throw error
    }
  }
  const handover = (): Handover => ({
    breaker,
    ...(destination.pace && { pace: destination.pace.state() }),
    leftAt: { ledger: ledgerNow(), host: lane.now() },
  })
  // A ledger that does not take this loses nothing: the lane is free again when the invocation would have been cut off.
  const end = async () => {
    // Who gave way and did not get the lane back has nothing to say of it.
    if (!isOurs) return
    isOurs = false
    await turns.leave(handover()).catch(() => undefined)
    await turns.release(turn.owner).catch(() => undefined)
  }
  await take()
  const hold: Hold = {
    until,
    cutOff,
    now: ledgerNow,
    left: () => until - lane.now(),
    after: (ms) => lane.now() + offset.most + ms,
    isPaused: () => isPaused,
    loadingUntil: () => loadingUntil,
    breaker: () => breaker,
    async setBreaker(next) {
      if (next.failures === breaker.failures && next.probeAt === breaker.probeAt) return
      breaker = next
      await turns.leave(handover())
    },
    async giveWay() {
      const view = await turns.look()
      loadingUntil = view.loadingUntil ?? 0
      if (view.isPaused || mayHave(view, turn, ledgerNow())) return !view.isPaused
      await end()
      await lane.sleep(POLL)
      await take()
      return !isPaused
    },
  }
  return { hold, end }
}

interface Bounds {
  readonly until: number
  readonly cutOff: number
  readonly ledgerNow: () => number
}

const waitForTurn = async (
  { turns, now, sleep }: Leased,
  turn: Turn,
  { until, cutOff, ledgerNow }: Bounds,
): Promise<void> => {
  const { owner, isUrgent = false, isEager = false } = turn
  for (;;) {
    const isFree = isUrgent || mayHave(await turns.look(), turn, ledgerNow())
    if (isFree && (await turns.lease(owner, ledgerNow(), cutOff))) break
    if (isUrgent || isEager) await turns.want(ledgerNow() + WANT, isEager)
    await sleep(POLL)
    if (now() >= until) throw new LaneBusy('another sender has had the lane all the time')
  }
}

/** The urgent go before those who take up a backlog, and those before the rest. */
const mayHave = ({ wantedUntil, reservedUntil = 0 }: LaneView, turn: Turn, now: number): boolean =>
  turn.isUrgent === true || (wantedUntil <= now && (turn.isEager === true || reservedUntil <= now))

/** What the last holder left, and whether an operator has stopped the lane while we waited for it. */
const takeOver = async (
  { turns, destination }: Pick<Leased, 'turns' | 'destination'>,
  now: () => number,
  ledgerNow: () => number,
): Promise<LaneView> => {
  const view = await turns.look()
  const { handover } = view
  if (handover?.pace)
    destination.pace?.resume(handover.pace as PaceState, elapsedSince(handover, now(), ledgerNow()))
  return view
}

/** The hosts' clocks say it to the millisecond, if they agree; the ledger's says by how much they may. */
const elapsedSince = ({ leftAt }: Handover, host: number, ledger: number): number => {
  const coarse = ledger - leftAt.ledger
  return Math.min(Math.max(host - leftAt.host, coarse - 1_000, 0), Math.max(0, coarse + 1_000))
}
