/** Changes of a Region as they take effect: later than they are accepted, and some of them never. */
import type { Random } from '../clock/random.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Call, CallItem, Fact } from '../history/facts.ts'
import type { Weather } from '../history/weather.ts'
import type { Store } from './store.ts'

export interface Change {
  /** In lower case. */
  readonly id: string
  /** False when it does nothing. */
  readonly apply: () => boolean
  /** Of an import. */
  readonly row?: CallItem
}

export interface Effects {
  /** Each to take effect about `after` milliseconds from now. Gives the ids of those that are lost. */
  take(call: Call, after: number, changes: readonly Change[]): readonly string[]
  now(call: Call | undefined, by: 'put' | 'remove' | 'stop' | 'import', change: Change): void
  readonly underWay: () => number
}

export interface EffectsOptions {
  readonly region: string
  readonly store: Store
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly random: Random
  readonly note: (fact: Fact) => void
}

export const effectsOf = ({ region, store, scheduler, weather, random, note }: EffectsOptions): Effects => {
  let underWay = 0
  const effects: Effects = {
    take(call, after, changes) {
      const lost = changes.filter(() => weather.strikes('item lost', random)).map(({ id }) => id)
      const kept = changes.filter(({ id }) => !lost.includes(id))
      // The items of a call in their order, though not always at once.
      const isScattered = kept.length > 1 && random.chance(0.2)
      const times = kept.map(() => (isScattered ? random.between(after / 2, after) : after))
      times.sort((one, other) => one - other)
      kept.forEach((change, at) => {
        underWay += 1
        scheduler.after(times[at] ?? after, () => {
          underWay -= 1
          effects.now(call, call.operation === 'delete' ? 'remove' : 'put', change)
        })
      })
      return lost
    },
    now(call, by, { id, apply, row }) {
      const at = scheduler.now()
      const before = store.shown(id)
      if (!apply()) return
      const after = store.shown(id)
      note({ kind: 'effect', at, region, call, id, by, before, after, ...(row && { row }) })
      for (const twin of store.madeInactive()) {
        const shown = store.shown(twin)
        const was = shown && { ...shown, status: 'ACTIVE' }
        note({ kind: 'effect', at, region, call, id: twin, by: 'twin', before: was, after: shown })
      }
    },
    underWay: () => underWay,
  }
  return effects
}
