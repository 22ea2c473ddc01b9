/**
 * What an endpoint may hold. Where nothing else is said: what Pinpoint allows (developer guide, "Amazon Pinpoint quotas":
 * endpoint quotas). For the length of Id, UserId and the texts of Demographic and Location no quota is documented, and the
 * service model has none; only the 15 KB in all bind them.
 */

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
  /** Bytes of an e-mail address before the @ (RFC 5321 §4.5.3.1.1). */
  emailLocalBytes: 64,
  /** Bytes of an e-mail address: those, the @, and 255 of a domain (RFC 5321 §4.5.3.1.2). */
  emailBytes: 64 + 1 + 255,
  /** Characters of any push token. Ours: nobody documents one, and those of FCM, the longest, have a few hundred. */
  token: 4096,
  /**
   * Hexadecimal digits of an APNs device token: 32 bytes is what all have had; 100 bytes is the most that Apple announced
   * ("Registering Your App with APNs": of variable length, not to be relied upon). For files only.
   */
  deviceToken: { least: 64, most: 200 },
  /** Bytes of a text that Pinpoint has no quota for. Ours, and for files only: longer is two cells run together. */
  textBytes: 4096,
} as const
