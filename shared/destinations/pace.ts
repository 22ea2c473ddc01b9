/** Keeps the calls to one Region below our share of its quotas, and slows down when the Region says that it is too much. */

export interface Waiting {
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** What the next sender has to know to go on where this one stopped. */
export interface PaceState {
  /** Of our share, 0 to 1: halved by every refusal, and back by a twentieth a call. */
  readonly rate: number
  /** By operation, milliseconds from now to its next turn; below 0 when that has passed. */
  readonly waits: Readonly<Record<string, number>>
}

/** Calls made and calls refused for their number (429), since last asked. */
export interface Counts {
  readonly calls: number
  readonly throttles: number
}

/** The turn would come after the instant at which the sender must have stopped. */
export class OutOfTime extends Error {
  override readonly name = 'OUT_OF_TIME'
}

export interface Pace<Operation extends string = string> {
  /** Waits for the operation's next turn, in the order asked for. Rejects with {@link OutOfTime} if it is after `until` (ms). */
  turn(operation: Operation, until: number): Promise<void>
  /** The Region refused a call for the number of calls. */
  throttled(): void
  /** The Region answered a call. */
  answered(): void
  state(): PaceState
  /** Goes on from where another sender stopped, `elapsed` milliseconds ago. */
  resume(state: PaceState, elapsed: number): void
  counts(): Counts
}

/**
 * So much of a turn that was missed is made up for. The quota's own bucket holds a whole one, but it counts what arrives, and a
 * call that took long on its way is close behind by the next.
 */
const SAVED = 0.75
const SLOWER = 0.5
const FASTER = 0.05
const SLOWEST = 1 / 64

/** `perSecond`: calls a second by operation, our share of the quota. */
export const pace = <Operation extends string>(
  perSecond: Readonly<Record<Operation, number>>,
  { now, sleep }: Waiting,
): Pace<Operation> => {
  let rate = 1
  let next: Partial<Record<Operation, number>> = {}
  let counts = { calls: 0, throttles: 0 }
  const gapOf = (operation: Operation) => 1000 / (perSecond[operation] * rate)
  return {
    async turn(operation, until) {
      const gap = gapOf(operation)
      const turn = Math.max(next[operation] ?? 0, now() - gap * SAVED)
      if (Math.max(turn, now()) >= until) throw new OutOfTime('no turn is left in time')
      next = { ...next, [operation]: turn + gap }
      counts = { ...counts, calls: counts.calls + 1 }
      const wait = turn - now()
      if (wait > 0) await sleep(wait)
    },
    throttled() {
      rate = Math.max(SLOWEST, rate * SLOWER)
      counts = { ...counts, throttles: counts.throttles + 1 }
    },
    answered() {
      rate = Math.min(1, rate + FASTER)
    },
    state() {
      const at = now()
      const waits = Object.entries<number | undefined>(next).map(([name, turn]) => [name, (turn ?? at) - at])
      return { rate, waits: Object.fromEntries(waits) as Record<string, number> }
    },
    resume(state, elapsed) {
      const at = now()
      rate = state.rate
      const turns = Object.entries(state.waits).map(([name, wait]) => [name, at + wait - elapsed])
      next = Object.fromEntries(turns) as Partial<Record<Operation, number>>
    },
    counts() {
      const taken = counts
      counts = { calls: 0, throttles: 0 }
      return taken
    },
  }
}
