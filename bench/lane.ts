/** `npm run bench:lane`: the deployed lanes under Pinpoint's real quotas, beside the field's plain loop and the quota's ceiling. */
import { availableParallelism, loadavg } from 'node:os'
import { inColumns } from '../local/demo/columns.ts'
import { playBurst } from './lane/burst.ts'
import type { BurstFigures } from './lane/burst.ts'
import { watchCalls } from './lane/calls.ts'
import { customers } from './lane/customers.ts'
import { CEILING } from './lane/figures.ts'
import { verdictsOf, worstRatio } from './lane/goals.ts'
import type { Measured } from './lane/goals.ts'
import { playLoop } from './lane/loop.ts'
import { openPackagedStage } from './lane/packaged-stage.ts'
import type { PackagedStage } from './lane/packaged-stage.ts'
import { reportLines } from './lane/report.ts'

const ENDPOINTS = 10_000
/** What a call to Pinpoint takes, in milliseconds. */
const LATENCY = 50
const DEFAULT_SHARE = 0.7
const LOOP_SECONDS = 60
const WAITING = 1_000_000
const OPT_OUT_MINUTES = 3

const items = customers(ENDPOINTS)

const onStage = async <T>(share: number, work: (opened: PackagedStage) => Promise<T>): Promise<T> => {
  console.log(`Packaging with ${share} of the quota`)
  const opened = await openPackagedStage(share, LATENCY)
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}

const burst = async (opened: PackagedStage, share: number): Promise<BurstFigures> => {
  console.log(`A burst of ${ENDPOINTS.toLocaleString('en')} changed endpoints, share ${share}`)
  const calls = watchCalls()
  const figures = await playBurst(opened, items, share, calls.seen)
  calls.stop()
  return figures
}

const loop = async (opened: PackagedStage) => {
  console.log(`The plain loop, one for each Region side by side, for ${LOOP_SECONDS} s`)
  const calls = watchCalls()
  const figures = await playLoop(opened, items, LOOP_SECONDS, calls.seen)
  calls.stop()
  return figures
}

const optOuts = async ({ packages }: PackagedStage) => {
  console.log(`Opt-outs with ${WAITING.toLocaleString('en')} ids waiting in each Region, in virtual time`)
  // The product works in this very process there, and would write its metrics between our lines.
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'true'
  const { playOptOuts } = await import('./lane/opt-outs.ts')
  return playOptOuts({ packages, waiting: WAITING, minutes: OPT_OUT_MINUTES })
}

const measure = async (): Promise<Measured> => {
  const whole = await onStage(1, async (opened) => ({
    burst: await burst(opened, 1),
    loop: await loop(opened),
  }))
  return onStage(DEFAULT_SHARE, async (opened) => ({
    bursts: [await burst(opened, DEFAULT_SHARE), whole.burst],
    loop: whole.loop,
    optOuts: await optOuts(opened),
  }))
}

const measured = await measure()
const verdicts = verdictsOf(measured)
const isMet = verdicts.every((verdict) => verdict.isMet)
console.log(reportLines(measured).join('\n'))
console.log(
  inColumns([
    ['goal of the Region that did worst', 'goal', 'seen', ''],
    ...verdicts.map((each) => [each.what, each.goal, String(each.seen), each.isMet ? 'met' : 'MISSED']),
  ]),
)
const machine = { node: process.version, cores: availableParallelism(), load: loadavg() }
const ratioToLoop = worstRatio(measured.bursts, measured.loop)
console.log(
  JSON.stringify({ bench: 'lane', isMet, ceiling: CEILING, ...measured, ratioToLoop, verdicts, machine }),
)
process.exitCode = isMet ? 0 : 1
