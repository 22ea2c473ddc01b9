/** Lane memory and consents in memory, with the ledger's conditions. */
import { join } from '../../shared/endpoint/consent.ts'
import type { Consent } from '../../shared/endpoint/consent.ts'
import { keyOf } from '../../shared/endpoint/endpoint.ts'
import type { Problem } from '../../shared/endpoint/rules.ts'
import type { Consents } from '../../shared/ledger/consents.ts'
import type { LaneMemory, Sent } from '../../shared/ledger/lane-memory.ts'

export interface MemoryLane extends LaneMemory {
  readonly parked: Map<string, readonly Problem[]>
  readonly notes: Map<string, Sent>
}

export const memoryLane = (): MemoryLane => {
  const notes = new Map<string, Sent>()
  const parked = new Map<string, readonly Problem[]>()
  let holder: { owner: string; until: number } | undefined
  const found = <T>(from: ReadonlyMap<string, T>, ids: readonly string[]) =>
    new Map(ids.flatMap((id): [string, T][] => (from.has(keyOf(id)) ? [[id, from.get(keyOf(id)) as T]] : [])))
  return {
    parked,
    notes,
    lease(owner, now, until) {
      if (holder && holder.until >= now && holder.owner !== owner) return Promise.resolve(false)
      holder = { owner, until }
      return Promise.resolve(true)
    },
    release(owner) {
      if (holder?.owner === owner) holder = undefined
      return Promise.resolve()
    },
    sent: (ids) => Promise.resolve(found(notes, ids)),
    noteSent(sent) {
      // As BatchWriteItem does, which refuses two writes of one key.
      if (new Set([...sent.keys()].map(keyOf)).size < sent.size)
        return Promise.reject(new Error('ValidationException'))
      for (const [id, note] of sent) notes.set(keyOf(id), note)
      return Promise.resolve()
    },
    park(id, problems) {
      parked.set(id, problems)
      return Promise.resolve()
    },
  }
}

export const memoryConsents = (register = new Map<string, Consent>()): Consents => ({
  of: (ids) => Promise.resolve(found(register, ids)),
  note(id, consent) {
    const before = register.get(keyOf(id))
    const after = join(before, consent) ?? consent
    register.set(keyOf(id), after)
    return Promise.resolve(after.value === consent.value && after.at === consent.at)
  },
})

const found = <T>(from: ReadonlyMap<string, T>, ids: readonly string[]): ReadonlyMap<string, T> =>
  new Map(ids.flatMap((id): [string, T][] => (from.has(keyOf(id)) ? [[id, from.get(keyOf(id)) as T]] : [])))
