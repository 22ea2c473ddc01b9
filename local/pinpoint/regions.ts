/** The Regions that have Amazon Pinpoint. */

/** Source: AWS General Reference, "Amazon Pinpoint endpoints and quotas". */
export const PINPOINT_REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'ca-central-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'us-gov-west-1',
] as const

export const isPinpointRegion = (region: string): boolean =>
  (PINPOINT_REGIONS as readonly string[]).includes(region)

export const unknownRegion = (region: string): string =>
  `Amazon Pinpoint has no Region "${region}"; its Regions are ${PINPOINT_REGIONS.join(', ')}`
