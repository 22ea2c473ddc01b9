/** Finds the Regions whose backlog is too much for calls, and the runs that ended without having been closed. */
import type { Region } from '../../endpoint/endpoint.ts'
import type { LaneView } from '../../ledger/lane-turns.ts'
import type { Owed, Runs } from '../../ledger/runs.ts'
import { everywhere } from '../lane/mark-dirty.ts'
import type { ExecutionState } from '../load/settle-owed.ts'

export interface OpenBacklogs {
  readonly ledger: Runs
  readonly regions: readonly Region[]
  /** The tick of the schedule, and now; ISO 8601. */
  readonly slot: string
  readonly now: string
  /** Keys from which on a backlog goes by Import Job. */
  readonly threshold: number
  /** Messages in the Region's bulk lane, whether they can be received now or not. */
  readonly depthOf: (region: Region) => Promise<number>
  readonly viewOf: (region: Region) => Promise<LaneView>
  readonly stateOf: (execution: string) => Promise<ExecutionState>
  /** The ARN that an execution of load-backlog has under this name. */
  readonly arnOf: (name: string) => string
  /** Starts load-backlog under this name; nothing happens when it has been started. */
  readonly start: (name: string, input: LoadBacklog) => Promise<unknown>
  readonly report: (region: Region, figures: BacklogFigures) => void
}

export interface LoadBacklog {
  readonly run: string
  readonly region: Region
  /** Only to be closed: the execution that loaded it has ended without doing so. */
  readonly close?: true
}

export interface BacklogFigures {
  /** Messages in the lane, and the keys that they can stand for at most. */
  readonly markers: number
  readonly keys: number
  readonly threshold: number
  readonly isOpen: boolean
}

/** Keys that a marker can stand for. */
const MARKER = 100

/** Rejects when a Region's own trouble kept it from being looked at; the others are. */
export const openBacklogs = (task: OpenBacklogs): Promise<void> =>
  everywhere(task.regions, async (region) => {
    const owed = await task.ledger.owed(region)
    const markers = await task.depthOf(region)
    const run = owed.find(({ door }) => door === 'backlog')
    const isOpened = run === undefined && (await isDue(region, owed, markers, task))
    if (run) await goOn(run, task)
    else if (isOpened) await open(region, markers, task)
    const isOpen = run !== undefined || isOpened
    task.report(region, { markers, keys: markers * MARKER, threshold: task.threshold, isOpen })
  })

/** Its job would wait for another's, and the endpoints with it; or for the Region; or for a person. */
const isDue = async (
  region: Region,
  owed: readonly Owed[],
  markers: number,
  { threshold, viewOf }: OpenBacklogs,
): Promise<boolean> => {
  if (markers * MARKER < threshold || owed.some(({ state }) => state === 'loading')) return false
  const { isPaused, handover } = await viewOf(region)
  return !isPaused && handover?.breaker.probeAt === undefined
}

const open = async (
  region: Region,
  markers: number,
  { ledger, slot, now, arnOf, start }: OpenBacklogs,
): Promise<void> => {
  const run = `backlog-${slot.replace(/\D/g, '').slice(0, 17)}-${region}`
  const execution = arnOf(nameOf(run, 1))
  const debt = { run, door: 'backlog', region, openedAt: now, execution } as const
  // Before the run itself: what is owed is looked after whatever happens.
  await ledger.owe({ ...debt, state: 'loading', attempts: 1, begunAt: now, notBefore: now })
  const source = { slot, execution, markers: String(markers) }
  await ledger.open({ run, door: 'backlog', openedAt: now, regions: [region], source })
  await start(nameOf(run, 1), { run, region })
}

const nameOf = (run: string, attempt: number): string => `${run}-${attempt}`

const goOn = async (owed: Owed, { ledger, now, stateOf, arnOf, start }: OpenBacklogs): Promise<void> => {
  const { run, region, attempts, execution } = owed
  const state = await stateOf(execution)
  if (state === 'running') return
  // Whoever was to start it died before: it is started under its own name, which happens once.
  if (state === 'unknown') return void (await start(nameOf(run, attempts), inputOf(owed)))
  const next = { ...owed, attempts: attempts + 1, execution: arnOf(nameOf(run, attempts + 1)), begunAt: now }
  if (!(await ledger.begin(owed, next))) return
  await start(nameOf(run, attempts + 1), { run, region, close: true })
}

const inputOf = ({ run, region, attempts }: Owed): LoadBacklog =>
  attempts === 1 ? { run, region } : { run, region, close: true }
