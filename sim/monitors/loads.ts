/**
 * What imports must not do: a job beside another, or an older file's after a newer one's; an opt-out undone, or somebody back who
 * was deleted and can be written to; a row that nobody counts.
 */
import type { CallItem, Fact, Monitor, Violation } from '../history/facts.ts'
import { consentBook } from './consent-book.ts'
import type { Registry } from './registry.ts'
import { staleRowsMonitor } from './stale-rows.ts'

type Staged = Extract<Fact, { kind: 'staged' }>

export const loadsMonitor = (registry: Registry): Monitor => {
  const monitors = [
    orderMonitor(),
    staleRowsMonitor(registry),
    rowsMonitor(),
    backMonitor(registry),
    countMonitor(),
  ]
  return {
    hear: (fact) => {
      const found = monitors.map((monitor) => monitor.hear(fact))
      return found.find((violation) => violation !== undefined)
    },
  }
}

const runIn = (prefix: string): string => prefix.split('/')[1] ?? ''

/** Jobs of one Region come one after the other, in the order of the drops. */
const orderMonitor = (): Monitor => {
  const dropped = new Map<string, number>()
  const running = new Map<string, Set<string>>()
  const newest = new Map<string, number>()
  return {
    hear(fact): Violation | undefined {
      if (fact.kind === 'dropped') dropped.set(fact.run, fact.version)
      if (fact.kind !== 'job') return undefined
      const { region, job, state, at, prefix } = fact
      const jobs = running.get(region) ?? new Set()
      running.set(region, jobs)
      if (state !== 'created') {
        jobs.delete(job)
        return undefined
      }
      const isBeside = jobs.size > 0
      jobs.add(job)
      const version = dropped.get(runIn(prefix)) ?? 0
      const isOlder = version < (newest.get(region) ?? 0)
      newest.set(region, Math.max(version, newest.get(region) ?? 0))
      if (!isBeside && !isOlder) return undefined
      const what = isBeside ? 'a job runs beside another' : 'an older file is loaded after a newer one'
      return { monitor: 'I2', at, region, what }
    },
  }
}

/** What rows say of consent, and what they do to it. */
const rowsMonitor = (): Monitor => {
  const book = consentBook()
  const wrongIn = ({ began }: Staged, { id, optOut }: CallItem): string | undefined => {
    if (optOut === 'NONE') return 'a: a row of a file says NONE'
    const isOut =
      book.rowAt(id, began)?.value === 'ALL' &&
      book.rowsSince(id, began).every(({ value }) => value === 'ALL')
    return isOut && optOut !== 'ALL'
      ? 'b: a row of somebody who is known to be opted out does not say so'
      : undefined
  }
  return {
    hear(fact): Violation | undefined {
      book.hear(fact)
      if (
        fact.kind === 'effect' &&
        fact.by === 'import' &&
        fact.before?.optOut === 'ALL' &&
        fact.after?.optOut === 'NONE'
      )
        return {
          monitor: 'I4',
          at: fact.at,
          region: fact.region,
          id: fact.id,
          what: 'a: an import undoes an opt-out',
        }
      if (fact.kind !== 'staged') return undefined
      for (const row of fact.rows) {
        const what = wrongIn(fact, row)
        if (what) return { monitor: 'I4', at: fact.at, region: fact.region, id: row.id, what }
      }
      return undefined
    },
  }
}

/** Who was deleted in a Region does not come back there by an import so that he can be written to. */
const backMonitor = (registry: Registry): Monitor => {
  const removed = new Set<string>()
  return {
    hear(fact): Violation | undefined {
      if (fact.kind !== 'effect') return undefined
      const { region, id, at, by, before, after } = fact
      const name = `${region} ${id}`
      if (by === 'remove') removed.add(name)
      if (by === 'put') removed.delete(name)
      const isBack = by === 'import' && !before && after?.optOut === 'NONE' && after.status === 'ACTIVE'
      return isBack && removed.has(name) && registry.claims(id).length === 0
        ? {
            monitor: 'I4',
            at,
            region,
            id,
            what: 'who was deleted comes back by an import, and can be written to',
          }
        : undefined
    },
  }
}

/** Of a file that a Region has, every row is counted. */
const countMonitor = (): Monitor => {
  const rows = new Map<string, number>()
  return {
    hear(fact): Violation | undefined {
      if (fact.kind === 'dropped') rows.set(fact.run, fact.rows.length)
      if (fact.kind !== 'loaded' || fact.result !== 'applied') return undefined
      const { at, region, run, processed, failures, left } = fact
      const all = rows.get(run) ?? 0
      if (processed + left === all && failures <= processed) return undefined
      const what = `of ${all} rows ${processed} were read, ${failures} refused and ${left} left out`
      return { monitor: 'I5', at, region, what }
    },
  }
}
