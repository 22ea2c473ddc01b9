/** A seeded history of a customer table: who is written, changed, opted out, opted in again and deleted, and when. */
import { randomFrom } from '../../local/demo/people.ts'

/** One write to the table. */
export interface Update {
  /** Milliseconds from the beginning of the history. */
  readonly at: number
  readonly id: string
  /** Grows from update to update; the item carries it as `Attributes.Version`. */
  readonly version: number
  readonly kind: 'change' | 'opt-out' | 'opt-in' | 'delete'
  /** What the item says from now on; undefined after a delete. */
  readonly says: Says | undefined
}

/** The parts of an item that change. */
export interface Says {
  readonly plan: string
  readonly orders: number
  readonly city: string | undefined
  readonly consent: { readonly value: 'ALL' | 'NONE'; readonly at: number } | undefined
}

export interface HistoryOptions {
  readonly seed: number
  readonly updates: number
  readonly customers: number
  readonly hours: number
}

const HOUR = 3_600_000
const HOT = 15
const PLANS = ['free', 'silver', 'gold'] as const
const CITIES = ['Lisbon', 'Portland', 'Köln', undefined] as const

/**
 * Updates come one by one, a few, or some dozens within a second. A seventh of them falls on a few hot customers.
 * Nobody is deleted or opts out without being there.
 */
export const historyOf = ({ seed, updates, customers, hours }: HistoryOptions): Update[] => {
  const random = randomFrom(seed)
  const says = new Map<string, Says>()
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const someone = () => `c-${Math.floor(random() * (random() < 0.15 ? HOT : customers))}`

  const next = (at: number, version: number): Update => {
    const id = someone()
    const before = says.get(id)
    const kind = before ? kindOf(before, random()) : 'change'
    const after = kind === 'delete' ? undefined : changed(before, kind, at, pick)
    if (after) says.set(id, after)
    else says.delete(id)
    return { at, id, version, kind, says: after }
  }
  return momentsOf({ updates, hours }, random).map((at, index) => next(at, index + 1))
}

const kindOf = ({ consent }: Says, chance: number): Update['kind'] => {
  if (chance < 0.03) return 'delete'
  if (chance < 0.08 && consent?.value !== 'ALL') return 'opt-out'
  return chance < 0.2 && consent?.value === 'ALL' ? 'opt-in' : 'change'
}

const changed = (
  before: Says | undefined,
  kind: Update['kind'],
  at: number,
  pick: <T>(list: readonly T[]) => T,
): Says => {
  const value = kind === 'opt-out' ? 'ALL' : kind === 'opt-in' ? 'NONE' : undefined
  return {
    plan: pick(PLANS),
    orders: (before?.orders ?? 0) + 1,
    city: pick(CITIES),
    consent: value ? { value, at } : before?.consent,
  }
}

/** When the updates come: groups of one to sixty, at random moments, and one of hundreds half-way. */
const momentsOf = ({ updates, hours }: Pick<HistoryOptions, 'updates' | 'hours'>, random: () => number) => {
  const campaign = Math.floor(updates / 20)
  const moments = Array.from({ length: campaign }, () => (hours / 2) * HOUR + random() * 20_000)
  while (moments.length < updates) {
    const begin = random() * hours * HOUR
    const size = Math.min(groupSize(random), updates - moments.length)
    for (let at = 0; at < size; at += 1) moments.push(begin + random() * 900)
  }
  return moments.map(Math.floor).sort((a, b) => a - b)
}

const groupSize = (random: () => number): number => {
  const chance = random()
  if (chance < 0.4) return 1
  return chance < 0.7 ? 2 + Math.floor(random() * 6) : 10 + Math.floor(random() * 50)
}

/** The item of the customer table after an update, in Pinpoint's field names; `start`: when the history begins (ms). */
export const itemOf = ({ id, version, says }: Update, start: number) => {
  const number = Number(id.slice(2))
  const { plan, orders, city, consent } = says ?? { plan: '', orders: 0, city: undefined, consent: undefined }
  return {
    Id: id,
    Address: `${id}@example.com`,
    ChannelType: 'EMAIL',
    Attributes: { Plan: [plan], Version: [String(version)] },
    Metrics: { Orders: orders },
    ...(city !== undefined && { Location: { City: city } }),
    User: { UserId: `u-${Math.floor(number / 2)}` },
    ...(consent && { OptOut: consent.value, ConsentDate: new Date(start + consent.at).toISOString() }),
  }
}

/** What every Region must hold of a history in the end, by id, worked out from nothing but the history. */
export const wantedAfter = (history: readonly Update[]): ReadonlyMap<string, object> => {
  const wanted = new Map<string, object>()
  // What somebody last said of consent holds on after a delete.
  const consents = new Map<string, string>()
  for (const update of history) {
    const { id, says } = update
    if (says?.consent) consents.set(id, says.consent.value)
    if (!says) wanted.delete(id)
    else {
      const { ConsentDate, ...item } = { ConsentDate: undefined, ...itemOf(update, 0) }
      void ConsentDate
      wanted.set(id, { ...item, OptOut: consents.get(id) ?? 'NONE', EndpointStatus: 'ACTIVE' })
    }
  }
  return wanted
}
