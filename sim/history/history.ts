/** One history: from a seed a world, its people and its weather; first all may go wrong, then nothing does, and it must come right. */
import { randomOf } from '../clock/random.ts'
import type { Random } from '../clock/random.ts'
import { schedulerFrom } from '../clock/scheduler.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import { consentMonitor } from '../monitors/consent.ts'
import { convergenceOf } from '../monitors/convergence.ts'
import { debtsMonitor } from '../monitors/debts.ts'
import { loadsMonitor } from '../monitors/loads.ts'
import { observedMonitor } from '../monitors/observed.ts'
import { optOutAgeMonitor } from '../monitors/opt-out-age.ts'
import { CANARY, privacyMonitor } from '../monitors/privacy.ts'
import { registryOf } from '../monitors/registry.ts'
import { sendsMonitor } from '../monitors/sends.ts'
import { workMonitor } from '../monitors/work.ts'
import type { Product } from '../product.ts'
import { chronicleOf } from './chronicle.ts'
import type { Chronicle } from './chronicle.ts'
import type { Fact, Monitor, Violation } from './facts.ts'
import { planOf } from './plan.ts'
import type { HistoryPlan } from './plan.ts'
import { weatherOf } from './weather.ts'
import type { FaultKind } from './weather.ts'
import { worldOf } from './world.ts'
import type { World } from './world.ts'
import { live } from './writers.ts'

export interface HistoryOptions {
  readonly seed: number
  readonly product: Product
  /** Runs it as if this Region had had no outage. */
  readonly spared?: string | undefined
}

export interface History {
  readonly seed: number
  readonly plan: HistoryPlan
  readonly violations: readonly Violation[]
  readonly facts: readonly Fact[]
  readonly faults: ReadonlyMap<FaultKind, number>
  /** Equal for two runs of one seed. */
  readonly hash: string
  readonly events: number
  /** Virtual milliseconds from the calm until all was done; undefined where it never was. */
  readonly convergedAfter: number | undefined
}

const EPOCH = Date.parse('2026-06-01T00:00:00Z')
/** Virtual milliseconds in which all must be done once the faults are over. */
const CONVERGE_WITHIN = 45 * 60_000
/** And for which nothing more may happen after that. */
const QUIET = 15 * 60_000
const OPT_OUT_WITHIN = 60_000

export const runHistory = async (options: HistoryOptions): Promise<History> => {
  const { stackTraceLimit } = Error
  // A stack trace for each of a thousand refusals costs more than the history does.
  Error.stackTraceLimit = 0
  try {
    return await runOne(options)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

const runOne = async ({ seed, product, spared }: HistoryOptions): Promise<History> => {
  const plan = planOf(seed)
  const scheduler = schedulerFrom(EPOCH)
  const calmFrom = EPOCH + plan.length
  const chronicle = chronicleOf(monitorsFor(plan))
  const { note } = chronicle
  const weather = weatherOf({
    ...{
      seed,
      calmFrom,
      spared,
      regions: plan.regions,
      from: EPOCH,
      now: scheduler.now,
      isFair: plan.isFair,
    },
    struck: (fault) => note({ kind: 'fault', at: scheduler.now(), fault }),
  })
  const world = worldOf({ ...plan, seed, product, scheduler, weather, note })
  for (const { region, spell, from, until } of weather.outages)
    scheduler.after(from - EPOCH, () => {
      if (spell === 'Region down' || spell === 'Region silent')
        note({ kind: 'outage', at: from, region, until })
    })
  redeployments({ seed, plan, scheduler, world, strikes: (random) => weather.strikes('redeploy', random) })
  live({ seed, plan, scheduler, world })
  const convergedAfter = await play({ scheduler, chronicle, world, calmFrom })
  return {
    ...{ seed, plan, convergedAfter },
    violations: chronicle.violations,
    facts: chronicle.facts,
    faults: weather.counts,
    hash: chronicle.hash(),
    events: scheduler.events(),
  }
}

const monitorsFor = ({ isFair, regions }: HistoryPlan): readonly Monitor[] => {
  const registry = registryOf()
  return [
    { hear: (fact) => void registry.hear(fact) },
    sendsMonitor(registry),
    observedMonitor(registry),
    consentMonitor(registry),
    ...(isFair ? [optOutAgeMonitor({ regions, within: OPT_OUT_WITHIN })] : []),
    loadsMonitor(registry),
    debtsMonitor(registry),
    workMonitor(),
    privacyMonitor(),
  ]
}

interface Play {
  readonly scheduler: Scheduler
  readonly chronicle: Chronicle
  readonly world: World
  readonly calmFrom: number
}

const play = async ({ scheduler, chronicle, world, calmFrom }: Play): Promise<number | undefined> => {
  const { note, violations } = chronicle
  const isBroken = () => violations.length > 0
  scheduler.after(calmFrom - scheduler.now(), () => note({ kind: 'calm', at: calmFrom }))
  await scheduler.run(() => isBroken() || scheduler.now() >= calmFrom)
  const late = calmFrom + CONVERGE_WITHIN
  let isDone = false
  const look = () => {
    isDone = world.isIdle() || scheduler.now() > late
    if (!isDone) scheduler.after(1_000, look)
  }
  look()
  await scheduler.run(() => isBroken() || isDone)
  if (isBroken()) return undefined
  const at = scheduler.now()
  if (!world.isIdle()) {
    chronicle.accuse([{ monitor: 'I1', at, what: 'is not done in time' }])
    return undefined
  }
  judgeEnd(chronicle, world, at)
  note({ kind: 'quiet', at })
  await scheduler.run(() => isBroken() || scheduler.now() > at + QUIET)
  if (!isBroken()) judgeEnd(chronicle, world, scheduler.now())
  return at - calmFrom
}

const judgeEnd = (chronicle: Chronicle, world: World, at: number): void => {
  const stores = new Map([...world.regions].map(([region, { store }]) => [region, store]))
  chronicle.accuse(convergenceOf(chronicle.facts, stores, at))
  const told = [...world.ledger.items.values()].find((row) => CANARY.test(JSON.stringify(row)))
  if (told)
    chronicle.accuse([
      { monitor: 'I11', at, what: `a customer's value in a row of the ledger: ${JSON.stringify(told)}` },
    ])
}

interface Redeployments {
  readonly seed: number
  readonly plan: HistoryPlan
  readonly scheduler: Scheduler
  readonly world: World
  readonly strikes: (random: Random) => boolean
}

/** Every minute somebody might. */
const redeployments = ({ seed, plan, scheduler, world, strikes }: Redeployments): void => {
  const random = randomOf(seed, 'redeployments')
  for (let at = 0; at < plan.length; at += 60_000)
    scheduler.after(at, () => {
      if (strikes(random)) world.redeploy(random.int(0, 99))
    })
}
