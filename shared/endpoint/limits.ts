/** What Pinpoint allows an endpoint to hold (developer guide, "Amazon Pinpoint quotas": endpoint quotas). */

export const LIMITS = {
  /** Characters of an attribute or metric name. */
  attributeName: 50,
  /** Characters of one attribute value. */
  attributeValue: 100,
  /** Values of one attribute. */
  attributeValues: 50,
  /** Names over Attributes, Metrics and UserAttributes together. */
  attributeNames: 250,
  /** Bytes of an endpoint as JSON. */
  endpointBytes: 15 * 1024,
  /** Endpoints in one UpdateEndpointsBatch call. */
  batchItems: 100,
  /** Bytes of one call's payload. */
  payloadBytes: 7 * 1024 * 1024,
} as const
