/** The state of one project's endpoints as tables, and drafts of it that take effect wholly or not at all. */
import type { StoredEndpoint, StoredUser } from './endpoint.ts'

export interface Table<Value> {
  get(key: string): Value | undefined
  /** Undefined removes the key. */
  set(key: string, value: Value | undefined): void
}

export interface Tables {
  readonly endpoints: Table<StoredEndpoint>
  readonly users: Table<StoredUser>
  /** Address → key of the one endpoint that is ACTIVE there. */
  readonly activeByAddress: Table<string>
  /** The project's attribute names, such as `Metrics.visits`. */
  readonly attributeNames: { readonly size: number; has(name: string): boolean; add(name: string): void }
}

/** Changes to `base` that it learns of on `commit` only. */
export function draftOf(base: Tables): Tables & { commit(): void } {
  const endpoints = draftTable(base.endpoints)
  const users = draftTable(base.users)
  const activeByAddress = draftTable(base.activeByAddress)
  const attributeNames = draftNames(base.attributeNames)
  return {
    endpoints,
    users,
    activeByAddress,
    attributeNames,
    commit() {
      endpoints.commit()
      users.commit()
      activeByAddress.commit()
      attributeNames.commit()
    },
  }
}

function draftTable<Value>(base: Table<Value>): Table<Value> & { commit(): void } {
  const changed = new Map<string, Value | undefined>()
  return {
    get: (key) => (changed.has(key) ? changed.get(key) : base.get(key)),
    set: (key, value) => void changed.set(key, value),
    commit() {
      for (const [key, value] of changed) base.set(key, value)
    },
  }
}

function draftNames(base: Tables['attributeNames']): Tables['attributeNames'] & { commit(): void } {
  const added = new Set<string>()
  return {
    get size() {
      return base.size + added.size
    },
    has: (name) => base.has(name) || added.has(name),
    add: (name) => void added.add(name),
    commit() {
      for (const name of added) base.add(name)
    },
  }
}
