/** Who sends to a Region now, who waits with something urgent, and what one sender hands to the next. */
import type { Region } from '../endpoint/endpoint.ts'
import type { Load } from './import-intents.ts'
import type { Row, Table } from './table.ts'

/** Whether the Region answers: calls in a row that it did not, and from when on (ms, the ledger's time) to try one. */
export interface Breaker {
  readonly failures: number
  readonly probeAt?: number
}

/** What the last sender left for the next one. */
export interface Handover {
  readonly breaker: Breaker
  /** How fast it went, as the destination's pace says it. */
  readonly pace?: object
  /** When it stopped, by the ledger's clock and by its own (ms): the one is true, the other is fine. */
  readonly leftAt: { readonly ledger: number; readonly host: number }
}

/** What can be seen without holding the lane. */
export interface LaneView {
  /** An operator has stopped the lane. */
  readonly isPaused: boolean
  /** When an operator last stopped it or let it go, ISO 8601. */
  readonly since?: string
  /** Until then (ms, the ledger's time) the lane is to be left to the urgent. */
  readonly wantedUntil: number
  /** The same, to the urgent and to whoever takes up a backlog. */
  readonly reservedUntil?: number
  readonly handover: Handover | undefined
  /** Until then (ms, the ledger's time) an Import Job of a file may bring rows that were made before now. Left out where there is none. */
  readonly loadingUntil?: number
}

export interface LaneTurns {
  /** The ledger's time, ms. */
  time(): Promise<number>
  look(): Promise<LaneView>
  /** True when `owner` may send to the Region until the instant `until`; false while somebody else may. */
  lease(owner: string, now: number, until: number): Promise<boolean>
  release(owner: string): Promise<void>
  /** For whoever has the lane next. */
  leave(handover: Handover): Promise<void>
  /** `isEager`: for whoever takes up a backlog, and not for the urgent. */
  want(until: number, isEager?: boolean): Promise<void>
  /** The run's files are being brought, for the nth time: no longer than until the instant `until` (ms, the ledger's time). */
  beginLoad(load: Pick<Load, 'run' | 'attempt'>, until: number): Promise<void>
  endLoad(load: Pick<Load, 'run' | 'attempt'>): Promise<void>
  /** `since`: ISO 8601. */
  pause(isPaused: boolean, since: string): Promise<void>
}

/** The rows of loads begin so. */
const LOAD = 'load#'

const loadKey = ({ run, attempt }: Pick<Load, 'run' | 'attempt'>): string => `${LOAD}${run}#${attempt}`

const loadingIn = (rows: ReadonlyMap<string, Row>): Pick<LaneView, 'loadingUntil'> => {
  const loads = [...rows.values()].filter(({ sk }) => sk.startsWith(LOAD))
  return loads.length === 0 ? {} : { loadingUntil: Math.max(...loads.map(({ until }) => Number(until))) }
}

export const laneTurns = (table: Table, region: Region): LaneTurns => {
  const pk = `lane#${region}`
  const put = async (sk: string, row: object) => {
    await table.put({ ...row, pk, sk })
  }
  return {
    time: () => table.time(),
    async look() {
      const rows = new Map((await table.query(pk)).map((row) => [row.sk, row]))
      const since = rows.get('control')?.['since']
      return {
        isPaused: rows.get('control')?.['isPaused'] === true,
        ...(typeof since === 'string' && { since }),
        wantedUntil: Number(rows.get('wanted')?.['until'] ?? 0),
        ...(rows.has('reserved') && { reservedUntil: Number(rows.get('reserved')?.['until']) }),
        ...loadingIn(rows),
        handover: rows.get('handover') as unknown as Handover | undefined,
      }
    },
    lease: (owner, now, until) =>
      table.put(
        { pk, sk: 'lease', owner, until },
        {
          expression: 'attribute_not_exists(pk) OR #until < :now OR #owner = :owner',
          names: { '#until': 'until', '#owner': 'owner' },
          values: { ':now': now, ':owner': owner },
        },
      ),
    async release(owner) {
      await table.delete(
        { pk, sk: 'lease' },
        { expression: '#owner = :owner', names: { '#owner': 'owner' }, values: { ':owner': owner } },
      )
    },
    leave: (handover) => put('handover', handover),
    want: (until, isEager) => put(isEager ? 'reserved' : 'wanted', { until }),
    beginLoad: (load, until) => put(loadKey(load), { until }),
    endLoad: async (load) => void (await table.delete({ pk, sk: loadKey(load) })),
    pause: (isPaused, since) => put('control', { isPaused, since }),
  }
}
