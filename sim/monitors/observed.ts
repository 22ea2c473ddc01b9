/** I3: what a Region shows of an endpoint never goes back to an older version, and who is gone does not come back by an older write. */
import type { Monitor, Shown, Violation } from '../history/facts.ts'
import type { Registry } from './registry.ts'

export const observedMonitor = (registry: Registry): Monitor => {
  /** By Region and endpoint, the newest version seen there; of a removal, that of the write behind it. */
  const seen = new Map<string, number>()
  return {
    hear(fact): Violation | undefined {
      if (fact.kind !== 'effect' || fact.by === 'stop' || fact.by === 'twin' || registry.isContested(fact.id))
        return undefined
      const { region, id, at } = fact
      const name = `${region} ${id}`
      const violation = (what: string): Violation => ({ monitor: 'I3', at, what, region, id })
      const version = fact.by === 'remove' ? registry.removedBy(id) : versionOf(fact.after)
      const before = seen.get(name)
      if (version === undefined) return undefined
      if (before !== undefined && version < before)
        return violation(
          `shows version ${version} after version ${before}${fact.by === 'remove' ? ', by a remove' : ''}`,
        )
      seen.set(name, version)
      return undefined
    },
  }
}

const versionOf = (shown: Shown | undefined): number | undefined => shown?.version
