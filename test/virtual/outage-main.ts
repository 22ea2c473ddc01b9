/** `npm run outage`: a Region is down for 26 hours (or `--hoursDown`) of virtual time; prints what the others, and it, have of that. */
import { parseArgs } from 'node:util'
import { OUTAGE, percentApart, playBoth } from './both-outages.ts'
import type { Both } from './both-outages.ts'
import { hoursOf } from './outage.ts'
import type { Spread } from './spread.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    updates: { type: 'string' },
    customers: { type: 'string' },
    hoursDown: { type: 'string' },
  },
})

const number = (name: keyof typeof OUTAGE): number => {
  const given = Number(values[name] ?? OUTAGE[name])
  if (Number.isInteger(given) && given > 0) return given
  throw new Error(`--${name}: expected a whole number above 0, got ${values[name]}`)
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const spread = ({ count, p50, p99, max }: Spread): string =>
  `p50 ${seconds(p50)} · p99 ${seconds(p99)} · max ${seconds(max)} (${count})`

const print = ({ undisturbed, disturbed }: Both): void => {
  const { standby, others, regions } = disturbed
  const { down, up, quiet } = hoursOf(disturbed)
  console.log(
    `${disturbed.updates} updates in ${quiet} hours; ${standby} down from hour ${down} to hour ${up}\n`,
  )
  for (const region of others) {
    const [before, now] = [undisturbed.regions[region]?.lag, regions[region]?.lag]
    if (!before || !now) continue
    console.log(`${region}  lag without the outage  ${spread(before)}`)
    console.log(`${' '.repeat(region.length)}  lag with the outage     ${spread(now)}`)
    console.log(
      `${' '.repeat(region.length)}  p99 apart               ${percentApart(now.p99, before.p99).toFixed(1)} %`,
    )
  }
  const dead = regions[standby]
  if (!dead) return
  console.log(
    `${standby}  calls while it was down ${dead.callsWhileDown}, at least ${seconds(dead.leastGapWhileDown)} apart`,
  )
  console.log(`  owed, hour by hour   ${dead.owedByHour.join(' ')}`)
  console.log(`  from its return on   ${spread(dead.afterReturn)}`)
  console.log(`  opt-outs of these    ${spread(dead.optOutsAfterReturn)}`)
  console.log(`  not needed any more  ${dead.needless}\n`)
  for (const [region, { lost, different, backwards }] of Object.entries(regions)) {
    console.log(`${region}  lost ${lost} · not as in the table ${different} · backwards ${backwards}`)
  }
  console.log(`${disturbed.requests} requests of functions in ${disturbed.seconds} s of real time\n`)
}

const both = await playBoth({
  seed: number('seed'),
  updates: number('updates'),
  customers: number('customers'),
  hoursDown: number('hoursDown'),
})
print(both)
console.log(JSON.stringify(both))
