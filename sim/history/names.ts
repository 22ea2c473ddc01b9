/** Which endpoints are which items', by the writers' own account, and what stands for them in markers and in the ledger. */
import type { Item } from '../aws/conditions.ts'
import type { Product } from '../product.ts'
import type { Fact, Said } from './facts.ts'

export interface Names {
  learn(key: string, said: readonly Said[]): void
  /** Endpoints that are in a file. */
  know(ids: readonly string[]): void
  /** Of the items that a marker's body names, by key or by endpoint. */
  keysIn(body: string): ReadonlySet<string>
  /** What a row of the ledger that was just written says, as far as monitors care. */
  factIn(row: Item, at: number): Fact | undefined
}

export const namesOf = ({ hashOf }: Pick<Product, 'hashOf'>): Names => {
  const keysOf = new Map<string, Set<string>>()
  const idOfHash = new Map<string, string>()
  const parsed = new Map<string, ReadonlySet<string>>()
  return {
    learn(key, said) {
      for (const { id } of said) {
        const lower = id.toLowerCase()
        keysOf.set(lower, (keysOf.get(lower) ?? new Set()).add(key))
        idOfHash.set(hashOf(id), lower)
      }
    },
    know(ids) {
      for (const id of ids) idOfHash.set(hashOf(id), id.toLowerCase())
    },
    keysIn(body) {
      const known = parsed.get(body)
      if (known) return known
      const { keys = [], ids = [] } = JSON.parse(body) as { keys?: string[]; ids?: string[] }
      // An endpoint that no item claims any more comes again as if it were an item.
      const named = new Set([
        ...keys,
        ...[...keys, ...ids].flatMap((id) => [...(keysOf.get(id.toLowerCase()) ?? [])]),
      ])
      parsed.set(body, named)
      return named
    },
    factIn(row, at) {
      const [what, name = ''] = String(row['pk']).split('#')
      const outcome = what === 'run' ? outcomeIn(row, name, at) : undefined
      if (outcome) return outcome
      if (what === 'parked') return { kind: 'parked', at, region: name, key: String(row['key']) }
      const id = what === 'consent' ? idOfHash.get(name) : undefined
      const value = row['value'] === 'ALL' ? 'ALL' : 'NONE'
      return id === undefined ? undefined : { kind: 'consent', at, id, value, said: String(row['at']) }
    },
  }
}

const outcomeIn = (row: Item, run: string, at: number): Fact | undefined => {
  if (!String(row['sk']).startsWith('outcome#')) return undefined
  return {
    ...{ kind: 'loaded', at, run, region: String(row['region']), result: String(row['result']) },
    reason: typeof row['reason'] === 'string' ? row['reason'] : '',
    processed: Number(row['processed']),
    failures: Number(row['failures']),
    left: Number(row['left']),
  }
}
