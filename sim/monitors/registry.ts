/** Which endpoints the items claim, and when each was last taken away: kept by the monitors from the writes alone. */
import type { Call, Fact, Said, Write } from '../history/facts.ts'

type Written = Extract<Fact, { kind: 'written' }>

export interface Registry {
  hear(fact: Fact): void
  /** The version of the write that last took the endpoint away; undefined: none ever did. */
  removedBy(id: string): number | undefined
  /** Items that differ only by case have claimed it: which one it is of is not a question of versions. */
  isContested(id: string): boolean
  /** The items that claim it now. */
  claims(id: string): readonly { readonly key: string; readonly version: number; readonly said: Said }[]
  /** An item as it was at an instant. */
  asOf(key: string, at: number): Write | undefined
  /** Every endpoint that the item has claimed up to an instant. */
  claimedBy(key: string, at: number): readonly string[]
  readonly keys: () => readonly string[]
  readonly ids: () => readonly string[]
}

/** A row of a file that goes by a call: what a lane sends for the same endpoint, it sends once more afterwards. */
export const isOfLoad = ({ host }: Pick<Call, 'host'>): boolean => host.startsWith('mend-part')

export const registryOf = (): Registry => {
  const writes = new Map<string, Written[]>()
  const removed = new Map<string, number>()
  const claimants = new Map<string, Set<string>>()
  const latest = (key: string): Write | undefined => writes.get(key)?.at(-1)
  const claims = (id: string) =>
    [...(claimants.get(id) ?? [])].flatMap((key) => {
      const write = latest(key)
      const said = write?.said.find((each) => each.id.toLowerCase() === id)
      return write && said ? [{ key, version: write.version, said }] : []
    })
  return {
    hear(fact) {
      if (fact.kind !== 'written') return
      const gone = latest(fact.key)?.said ?? []
      writes.set(fact.key, [...(writes.get(fact.key) ?? []), fact])
      for (const { id } of fact.said) {
        const key = id.toLowerCase()
        claimants.set(key, (claimants.get(key) ?? new Set()).add(fact.key))
      }
      for (const { id } of gone) {
        if (claims(id.toLowerCase()).length === 0) removed.set(id.toLowerCase(), fact.version)
      }
    },
    removedBy: (id) => removed.get(id),
    isContested: (id) => (claimants.get(id)?.size ?? 0) > 1,
    claims,
    asOf: (key, at) => writes.get(key)?.findLast((write) => write.at <= at),
    claimedBy: (key, at) => [
      ...new Set(
        (writes.get(key) ?? [])
          .filter((write) => write.at <= at)
          .flatMap(({ said }) => said.map(({ id }) => id.toLowerCase())),
      ),
    ],
    keys: () => [...writes.keys()],
    ids: () => [...claimants.keys()],
  }
}
