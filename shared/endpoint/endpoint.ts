/** An endpoint: one address of one customer, in Amazon Pinpoint's own field names. */

export type Region = string

/** Pinpoint's channel types (service model 2016-12-01, `ChannelType`). */
export const CHANNEL_TYPES = [
  'PUSH',
  'GCM',
  'APNS',
  'APNS_SANDBOX',
  'APNS_VOIP',
  'APNS_VOIP_SANDBOX',
  'ADM',
  'SMS',
  'VOICE',
  'EMAIL',
  'BAIDU',
  'CUSTOM',
  'IN_APP',
] as const
export type ChannelType = (typeof CHANNEL_TYPES)[number]

export type OptOut = 'ALL' | 'NONE'
export type EndpointStatus = 'ACTIVE' | 'INACTIVE'

/** Attribute name → its values. An empty list clears the attribute in Pinpoint. */
export type Attributes = Readonly<Record<string, readonly string[]>>

export interface Demographic {
  readonly AppVersion?: string
  readonly Locale?: string
  readonly Make?: string
  readonly Model?: string
  readonly ModelVersion?: string
  readonly Platform?: string
  readonly PlatformVersion?: string
  readonly Timezone?: string
}

export interface Location {
  readonly City?: string
  /** ISO 3166-1 alpha-2. */
  readonly Country?: string
  readonly PostalCode?: string
  readonly Region?: string
  readonly Latitude?: number
  readonly Longitude?: number
}

export interface User {
  readonly UserId?: string
  readonly UserAttributes?: Attributes
}

export interface Endpoint {
  readonly Id: string
  readonly Address: string
  readonly ChannelType: ChannelType
  readonly OptOut?: OptOut
  readonly EndpointStatus?: EndpointStatus
  readonly Attributes?: Attributes
  readonly Metrics?: Readonly<Record<string, number>>
  readonly Demographic?: Demographic
  readonly Location?: Location
  readonly User?: User
}

export const DEMOGRAPHIC_FIELDS = [
  'AppVersion',
  'Locale',
  'Make',
  'Model',
  'ModelVersion',
  'Platform',
  'PlatformVersion',
  'Timezone',
] as const satisfies readonly (keyof Demographic)[]

export const LOCATION_TEXT_FIELDS = [
  'City',
  'Country',
  'PostalCode',
  'Region',
] as const satisfies readonly (keyof Location)[]

/** Pinpoint ids are case-insensitive: two ids with one key are one endpoint. */
export const keyOf = (id: string): string => id.toLowerCase()
