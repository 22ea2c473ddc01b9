/** The shapes of an endpoint: as a caller changes it, as the service stores it, as readers get it. */

/** Source: service model 2016-12-01, `ChannelType`. */
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
export type TextLists = Readonly<Record<string, readonly string[]>>

export const DEMOGRAPHIC_FIELDS = [
  'AppVersion',
  'Locale',
  'Make',
  'Model',
  'ModelVersion',
  'Platform',
  'PlatformVersion',
  'Timezone',
] as const

export const LOCATION_TEXTS = ['City', 'Country', 'PostalCode', 'Region'] as const
export const LOCATION_NUMBERS = ['Latitude', 'Longitude'] as const

export type Demographic = Readonly<Partial<Record<(typeof DEMOGRAPHIC_FIELDS)[number], string>>>
export type Location = Readonly<
  Partial<Record<(typeof LOCATION_TEXTS)[number], string> & Record<(typeof LOCATION_NUMBERS)[number], number>>
>

/** EndpointRequest and EndpointBatchItem: a member that is undefined was not sent. */
export interface EndpointChange {
  readonly Id: string
  readonly Address: string | undefined
  readonly ChannelType: ChannelType | undefined
  readonly Attributes: TextLists | undefined
  readonly Metrics: Readonly<Record<string, number>> | undefined
  readonly Demographic: Demographic | undefined
  readonly Location: Location | undefined
  readonly User:
    { readonly UserId: string | undefined; readonly UserAttributes: TextLists | undefined } | undefined
  readonly OptOut: 'ALL' | 'NONE' | undefined
  readonly EndpointStatus: 'ACTIVE' | 'INACTIVE' | undefined
  readonly EffectiveDate: string | undefined
  readonly RequestId: string | undefined
}

/** One endpoint as stored. The attributes of its user are with the user, unless it has none. */
export interface StoredEndpoint {
  readonly Id: string
  readonly Address: string
  readonly ChannelType: ChannelType
  readonly Attributes: TextLists | undefined
  readonly Metrics: Readonly<Record<string, number>> | undefined
  readonly Demographic: Demographic | undefined
  readonly Location: Location | undefined
  readonly UserId: string | undefined
  readonly userlessAttributes: TextLists | undefined
  readonly OptOut: 'ALL' | 'NONE'
  readonly EndpointStatus: 'ACTIVE' | 'INACTIVE'
  readonly EffectiveDate: string
  readonly RequestId: string
  readonly CohortId: string
  readonly CreationDate: string
}

/** One user: what every endpoint with this UserId shares, and the keys of those endpoints. */
export interface StoredUser {
  readonly UserId: string
  readonly UserAttributes: TextLists | undefined
  readonly endpointKeys: readonly string[]
}

/** EndpointResponse: absent members are missing. */
export interface EndpointResponse extends Partial<
  Omit<StoredEndpoint, 'Id' | 'UserId' | 'userlessAttributes'>
> {
  readonly Id: string
  readonly ApplicationId: string
  readonly User: { readonly UserId?: string | undefined; readonly UserAttributes?: TextLists | undefined }
}

/** Endpoint ids are matched without regard to case. */
export const endpointKey = (id: string): string => id.toLowerCase()

export function endpointResponse(
  applicationId: string,
  stored: StoredEndpoint,
  user: StoredUser | undefined,
): EndpointResponse {
  const { UserId, userlessAttributes, ...fields } = stored
  const UserAttributes = UserId === undefined ? userlessAttributes : user?.UserAttributes
  return { ...fields, ApplicationId: applicationId, User: { UserId, UserAttributes } }
}
