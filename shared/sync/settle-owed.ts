/** Tries again what the Regions are still owed, and finds the attempts that ended without a word. */
import type { Region } from '../endpoint/endpoint.ts'
import type { Owed, Runs } from '../ledger/runs.ts'
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

export const settleOwed = async (task: Settle): Promise<Settled> => {
  const owed = (await Promise.all(task.regions.map((region) => task.ledger.owed(region)))).flat()
  const results = await Promise.allSettled(owed.map((each) => settleOne(each, task)))
  const begun = results.filter((result) => result.status === 'fulfilled' && result.value === 'begun')
  const troubled = results.filter(({ status }) => status === 'rejected')
  return { owed: owed.length, begun: begun.length, troubled: troubled.length }
}

const settleOne = async (owed: Owed, task: Settle): Promise<'begun' | 'left' | 'settled'> => {
  const { ledger, now, loadArn, load } = task
  if (owed.notBefore > now || !(await isOver(owed, task))) return 'left'
  const { run, region } = owed
  const found = await ledger.find(run)
  // A copy is not made up for, and a file that was refused, or never came to be prepared, has nothing to load.
  if (owed.door === 'region-copy' || !found?.file || 'code' in found.file) {
    await ledger.settle(owed)
    return 'settled'
  }
  const attempt = owed.attempts + 1
  const name = loadName(run, region, attempt)
  // Before it is begun: its own outcome must be the last word.
  await ledger.owe({ ...owed, state: 'loading', attempts: attempt, execution: loadArn(name) })
  await load(name, { run, region, attempt })
  return 'begun'
}

/** What is to be started is given this long (ms) before it counts as never started. */
const START = 3_600_000

const isOver = async ({ state, execution, openedAt }: Owed, { now, stateOf }: Settle): Promise<boolean> => {
  if (state === 'failed') return true
  const found = await stateOf(execution)
  return found === 'ended' || (found === 'unknown' && Date.parse(now) - Date.parse(openedAt) > START)
}
