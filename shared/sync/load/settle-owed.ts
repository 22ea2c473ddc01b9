/** Tries again what the Regions are still owed, and finds the attempts that ended without a word. */
import type { Region } from '../../endpoint/endpoint.ts'
import { hasNothingToLoad } from '../../ledger/runs.ts'
import type { Owed, Runs } from '../../ledger/runs.ts'
import { loadName } from './load-region.ts'

export interface Settle {
  readonly ledger: Runs
  readonly regions: readonly Region[]
  /** ISO 8601. */
  readonly now: string
  readonly stateOf: (execution: string) => Promise<ExecutionState>
  /** The ARN that an execution of load-region has under this name. */
  readonly loadArn: (name: string) => string
  /** Starts load-region under this name; nothing happens when it has been started. */
  readonly load: (name: string, input: { run: string; region: Region; attempt: number }) => Promise<unknown>
}

/** `unknown`: there is none of that ARN, or not yet. */
export type ExecutionState = 'running' | 'ended' | 'unknown'

export interface Settled {
  readonly owed: number
  readonly begun: number
  /** Debts whose own trouble (not the Region's) kept them from being looked at. */
  readonly troubled: number
}

/**
 * Region by Region, the oldest debt first: when its time has come, those behind it are begun with it and wait for it in
 * their turn. So a Region that is back is caught up in one go, whatever had failed how often while it was away.
 */
export const settleOwed = async (task: Settle): Promise<Settled> => {
  const settled = await Promise.all(task.regions.map((region) => settleRegion(region, task)))
  const sum = (count: keyof Settled) => settled.reduce((total, each) => total + each[count], 0)
  return { owed: sum('owed'), begun: sum('begun'), troubled: sum('troubled') }
}

const settleRegion = async (region: Region, task: Settle): Promise<Settled> => {
  const owed = await task.ledger.owed(region)
  const counts = { owed: owed.length, begun: 0, troubled: 0 }
  for (const each of owed) {
    const isFirst = counts.begun === 0
    if (isFirst && each.state === 'failed' && each.notBefore > task.now) break
    try {
      if ((await settleOne(each, task)) === 'begun') counts.begun += 1
    } catch {
      // One debt's own trouble is not the next one's.
      counts.troubled += 1
    }
  }
  return counts
}

const settleOne = async (owed: Owed, task: Settle): Promise<'begun' | 'left' | 'settled'> => {
  const { ledger, now, loadArn, load } = task
  // A backlog is closed by open-backlog.
  if (owed.door === 'backlog') return 'left'
  if (!(await isOver(owed, task))) return 'left'
  const { run, region } = owed
  const file = (await ledger.find(run))?.file
  // A copy is not made up for, and a file that was refused, or never came to be prepared, has nothing to load.
  if (owed.door === 'region-copy' || !file || hasNothingToLoad(file)) {
    await ledger.settle(owed)
    return 'settled'
  }
  const attempt = owed.attempts + 1
  const name = loadName(run, region, attempt)
  const next = {
    ...owed,
    state: 'loading',
    attempts: attempt,
    execution: loadArn(name),
    begunAt: now,
  } as const
  // Noted before it is begun: its own outcome must be the last word.
  if (!(await ledger.begin(owed, next))) return 'left'
  await load(name, { run, region, attempt })
  return 'begun'
}

/** What is to be started is given this long (ms) before it counts as never started: a drop's own load, and one begun here. */
const START = { first: 3_600_000, later: 240_000 } as const

const isOver = async (owed: Owed, { now, stateOf }: Settle): Promise<boolean> => {
  const { state, execution, attempts, begunAt } = owed
  if (state === 'failed') return true
  const found = await stateOf(execution)
  const given = attempts > 1 ? START.later : START.first
  return found === 'ended' || (found === 'unknown' && Date.parse(now) - Date.parse(begunAt) > given)
}
