/** I3: what a Region shows of an endpoint never goes back to an older version, and who is gone does not come back by an older write. */
import type { Fact, Monitor, Shown, Violation } from '../history/facts.ts'
import type { Registry } from './registry.ts'

export const observedMonitor = (registry: Registry): Monitor => {
  /** By Region and endpoint, the newest version seen there; of a removal, that of the write behind it. */
  const seen = new Map<string, number>()
  /** Versions of files. */
  const files = new Set<number>()
  const shows = (fact: Extract<Fact, { kind: 'effect' }>): Violation | undefined => {
    const { region, id, at, by } = fact
    const name = `${region} ${id}`
    const version = by === 'remove' ? registry.removedBy(id) : versionOf(fact.after)
    const before = seen.get(name) ?? 0
    if (version === undefined) return undefined
    // A row of a file may go back behind the table: then it is put right, and that is seen in the end.
    if (files.has(version) && registry.ids().includes(id)) seen.delete(name)
    else seen.set(name, version)
    const what = `shows version ${version} after version ${before}${by === 'remove' ? ', by a remove' : ''}`
    return seen.has(name) && version < before ? { monitor: 'I3', at, what, region, id } : undefined
  }
  return {
    hear(fact): Violation | undefined {
      if (fact.kind === 'dropped') files.add(fact.version)
      if (fact.kind !== 'effect' || fact.by === 'stop' || fact.by === 'twin') return undefined
      return registry.isContested(fact.id) ? undefined : shows(fact)
    },
  }
}

const versionOf = (shown: Shown | undefined): number | undefined => shown?.version
