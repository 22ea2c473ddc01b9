/** The consent register: what each customer last said, by whatever door it came, and for all Regions. */
import type { Consent } from '../endpoint/consent.ts'
import { hashOf, rowsOf } from './id-hash.ts'
import type { Table } from './table.ts'

export interface Consents {
  /** Those that are known. Outlives the endpoint: who comes back is still opted out. */
  of(ids: readonly string[]): Promise<ReadonlyMap<string, Consent>>
  /** Writes the consent down. False when a newer one, or at the same instant another one, is there already. */
  note(id: string, consent: Consent): Promise<boolean>
}

export const consentRegister = (table: Table): Consents => {
  const keyOf = (id: string) => ({ pk: `consent#${hashOf(id)}`, sk: 'consent' })
  return {
    of: (ids) => rowsOf<Consent>(table, ids, keyOf),
    note: (id, { value, at, takesBack }) =>
      table.put(
        { ...keyOf(id), value, at, ...(takesBack && { takesBack }) },
        {
          expression: `attribute_not_exists(pk) OR #at < :at OR (#at = :at AND #value ${value === 'ALL' ? 'IN (:value, :other)' : '= :value'})`,
          names: { '#at': 'at', '#value': 'value' },
          // A tie is an opt-out: ALL may take the place of NONE, and never the other way round.
          values: { ':at': at, ':value': value, ...(value === 'ALL' && { ':other': 'NONE' }) },
        },
      ),
  }
}
