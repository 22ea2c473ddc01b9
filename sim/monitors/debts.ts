/** I5: no marker is given up while its Region has not taken what it stands for, unless something else still names it, or it is set aside. */
import type { Fact, Monitor, Said, Violation } from '../history/facts.ts'
import { isOfLoad } from './registry.ts'
import type { Registry } from './registry.ts'

export const debtsMonitor = (registry: Registry): Monitor => {
  /** By Region and endpoint, the newest version the Region has accepted; Infinity once it has accepted a delete or shown none. */
  const taken = new Map<string, number>()
  const gone = new Set<string>()
  const parked = new Set<string>()

  const answered = ({ call, answer }: Extract<Fact, { kind: 'answered' }>): void => {
    for (const { id, version } of call.items) {
      const name = `${call.region} ${id}`
      const isGone =
        (call.operation === 'delete' && (answer === 'accepted' || answer === 'absent')) ||
        (call.operation === 'get' && answer === 'absent')
      if (isGone) gone.add(name)
      if (call.operation === 'get' || call.operation === 'delete' || answer !== 'accepted') continue
      gone.delete(name)
      if (version !== undefined) taken.set(name, Math.max(version, taken.get(name) ?? 0))
    }
  }

  const isPaid = (
    name: string,
    { fitness, version }: { fitness: Said['fitness']; version: number },
    isParked: boolean,
  ) => (fitness === 'fit' ? (taken.get(name) ?? 0) >= version : isParked || (taken.get(name) ?? 0) >= version)

  const owing = (region: string, key: string, began: number): string | undefined => {
    const write = registry.asOf(key, began)
    if (!write) return undefined
    const isParked = parked.has(`${region} ${key}`)
    const unpaid = write.said.find(({ id, fitness }) => {
      const name = `${region} ${id.toLowerCase()}`
      return (
        !registry.isContested(id.toLowerCase()) &&
        !isPaid(name, { fitness, version: write.version }, isParked)
      )
    })
    if (unpaid) return unpaid.id.toLowerCase()
    const claimed = new Set(write.said.map(({ id }) => id.toLowerCase()))
    return registry.claimedBy(key, began).find((id) => {
      const name = `${region} ${id}`
      return !claimed.has(id) && !registry.isContested(id) && taken.has(name) && !gone.has(name)
    })
  }

  return {
    hear(fact): Violation | undefined {
      if (fact.kind === 'answered' && !isOfLoad(fact.call)) answered(fact)
      if (fact.kind === 'parked') parked.add(`${fact.region} ${fact.key}`)
      if (fact.kind !== 'acknowledged') return undefined
      const { region, began, at } = fact
      for (const { key, elsewhere } of fact.keys) {
        // What has been written since may have been worked off as well, and then nothing is owed for the older.
        const id = elsewhere ? undefined : owing(region, key, at) && owing(region, key, began)
        if (id !== undefined)
          return {
            monitor: 'I5',
            at,
            region,
            id,
            what: `the last marker of item ${key} is given up, and is not paid`,
          }
      }
      return undefined
    },
  }
}
