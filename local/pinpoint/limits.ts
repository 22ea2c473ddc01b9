/** The counts and sizes that Amazon Pinpoint documents for endpoints, projects and requests. */

export const limits = {
  projectsPerRegion: 100,
  requestBytes: 7 * 1024 * 1024,
  batchItems: 100,
  endpointBytes: 15 * 1024,
  endpointsPerUser: 15,
  attributeNamesPerProject: 250,
  attributeNameCharacters: 50,
  attributeValueCharacters: 100,
  valuesPerAttribute: 50,
  failuresListed: 100,
} as const
