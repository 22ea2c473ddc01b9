/** Customers for the customer table: written, then changed, opted out, opted in again and deleted. */
import { customer, randomFrom } from './people.ts'
import type { Person } from './people.ts'

export type Item = Readonly<Record<string, unknown>> & { readonly Id: string }

export interface Changes {
  readonly written: readonly Item[]
  /** New states of items written before, in the order to write them. */
  readonly updated: readonly Item[]
  readonly optedOut: readonly Item[]
  readonly optedIn: readonly Item[]
  readonly deleted: readonly string[]
}

/** `count` invented customers' endpoints and what happens to them; consent is dated from `now` (ms) on. */
export const tableChanges = (count: number, now: number): Changes => {
  const random = randomFrom(11)
  const people = Array.from({ length: count }, (_, at) => customer(at, random, 't'))
  const every = (step: number, from: number) => people.filter((_, at) => at % step === from)
  const later = (minutes: number) => new Date(now + minutes * 60_000).toISOString()
  const said = (person: Person, OptOut: 'ALL' | 'NONE', ConsentDate: string): Item => ({
    ...itemOf(person),
    OptOut,
    ConsentDate,
  })
  return {
    written: people.map((person) => (person.optedOut ? said(person, 'ALL', later(-60)) : itemOf(person))),
    updated: every(5, 1).map(withoutInterests),
    optedOut: every(10, 2).map((person) => said(person, 'ALL', later(-10))),
    optedIn: every(30, 2).map((person) => said(person, 'NONE', later(-1))),
    deleted: every(20, 3).map(({ Id }) => Id),
  }
}

const itemOf = (person: Person): Item => ({
  Id: person.Id,
  Address: person.Address,
  ChannelType: person.ChannelType,
  Attributes: { Plan: [person.plan], Interests: person.interests },
  Metrics: { Orders: person.orders },
  Location: {
    City: person.city,
    Country: person.country,
    Latitude: person.latitude,
    Longitude: person.longitude,
  },
  Demographic: { Locale: person.locale, Timezone: person.timezone },
  User: {
    UserId: person.userId,
    UserAttributes: { FirstName: [person.firstName], LastName: [person.lastName] },
  },
})

/** A field that vanishes from the row must vanish from every Region. */
const withoutInterests = (person: Person): Item => {
  const consent = person.optedOut ? { OptOut: 'ALL' } : {}
  return {
    ...itemOf(person),
    ...consent,
    Attributes: { Plan: ['gold'] },
    Metrics: { Orders: person.orders + 1 },
  }
}
