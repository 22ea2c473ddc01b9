/** Invented customers as items of the customer table: three endpoints to a user, and nothing said of consent. */
import { customer, randomFrom } from '../../local/demo/people.ts'

export interface Item {
  readonly Id: string
  readonly Address: string
  readonly ChannelType: string
  readonly Attributes: Readonly<Record<string, readonly string[]>>
  readonly Metrics: Readonly<Record<string, number>>
  readonly Location: object
  readonly Demographic: object
  readonly User: object
}

export const customers = (count: number): Item[] => {
  const random = randomFrom(3)
  return Array.from({ length: count }, (_, at) => {
    const person = customer(at, random, 'b')
    const { Id, Address, ChannelType, plan, interests, orders, userId } = person
    return {
      ...{ Id, Address, ChannelType },
      Attributes: { Plan: [plan], Interests: interests },
      Metrics: { Orders: orders },
      Location: {
        ...{ City: person.city, Country: person.country },
        ...{ Latitude: person.latitude, Longitude: person.longitude },
      },
      Demographic: { Locale: person.locale, Timezone: person.timezone },
      User: {
        UserId: userId,
        UserAttributes: { FirstName: [person.firstName], LastName: [person.lastName] },
      },
    }
  })
}
