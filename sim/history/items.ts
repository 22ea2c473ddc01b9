/** Customers as items of the table, in the two shapes that the product ships mappings for. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Item } from '../aws/conditions.ts'
import type { Person, Shape, Way } from './people.ts'

export const KEY_OF: Readonly<Record<Shape, string>> = { endpoint: 'Id', customer: 'CustomerId' }

/** The item of a person. `version` is in it twice: for the mapping, and as an attribute that a Region stores. */
export const itemOf = (person: Person, shape: Shape, version: number): Item =>
  shape === 'endpoint' ? endpointItem(person, version) : customerItem(person, version)

const addressOf = ({ address, isReadable }: Way): string => (isReadable ? address : 'kanari is no address')

const endpointItem = (person: Person, version: number): Item => {
  const { key, ways, attributes, orders, city, userId, names } = person
  const [way] = ways
  return {
    Id: key,
    ...(way && {
      Address: addressOf(way),
      ChannelType: way.name === 'email' ? 'EMAIL' : 'SMS',
      ...(way.isInactive && { EndpointStatus: 'INACTIVE' }),
      ...(way.consent && { OptOut: way.consent.value }),
      ...(way.consent?.at !== undefined && { ConsentDate: way.consent.at }),
    }),
    Attributes: { ...attributes, Version: [String(version)] },
    Metrics: { Orders: orders },
    ...(city !== undefined && { Location: { City: city } }),
    ...(userId !== undefined && { User: { UserId: userId, UserAttributes: names } }),
    Version: version,
  }
}

const customerItem = (person: Person, version: number): Item => {
  const { key, ways, attributes, orders, city, names } = person
  const email = ways.find(({ name }) => name === 'email')
  const phone = ways.find(({ name }) => name === 'phone')
  const devices = ways.filter(({ name }) => name.startsWith('device'))
  return {
    CustomerId: key,
    ...(email && { Email: addressOf(email), ...consentIn(email, 'EmailOptOut', 'EmailConsentDate') }),
    ...(phone && { Phone: addressOf(phone), ...consentIn(phone, 'PhoneOptOut', 'PhoneConsentDate') }),
    ...(devices.length > 0 && { Devices: devices.map(deviceOf) }),
    Plan: attributes['Plan']?.[0],
    ...(attributes['Interests'] && { Interests: attributes['Interests'] }),
    Orders: orders,
    Name: {
      ...(names['FirstName'] && { First: names['FirstName'][0] }),
      ...(names['LastName'] && { Last: names['LastName'][0] }),
    },
    ...(city !== undefined && { Home: { City: city } }),
    Version: version,
    VersionText: String(version),
  }
}

const consentIn = ({ consent }: Way, field: string, date: string): Item => ({
  ...(consent && { [field]: consent.value === 'ALL' }),
  ...(consent?.at !== undefined && { [date]: consent.at }),
})

const deviceOf = (way: Way): Item => ({
  DeviceId: way.name.slice('device-'.length),
  Token: addressOf(way),
  Platform: 'android',
  ...(way.isInactive && { Uninstalled: true }),
  ...consentIn(way, 'OptOut', 'ConsentDate'),
})

const shipped = (shape: Shape): Item =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../mappings/${shape}.json`), 'utf8')) as Item

/** The mappings as they are shipped, but for the version that the monitors need to see. */
export const MAPPINGS: Readonly<Record<Shape, Item>> = {
  endpoint: { ...shipped('endpoint'), version: 'Version' },
  customer: {
    ...shipped('customer'),
    endpoints: (shipped('customer')['endpoints'] as { attributes: Item }[]).map((endpoint) => ({
      ...endpoint,
      attributes: { ...endpoint.attributes, Version: 'VersionText' },
    })),
  },
}
