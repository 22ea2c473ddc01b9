/** The names CloudFormation makes up for resources whose template gives none. */
import { createHash } from 'node:crypto'

export interface Unnamed {
  readonly stack: string
  readonly region: string
  readonly logicalId: string
}

/**
 * `STACK-LOGICALID-SUFFIX`, at most `limit` characters. The suffix looks random and is the same at every start.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
 */
export const physicalName = (unnamed: Unnamed, limit: number): string =>
  named(`${unnamed.stack}-${unnamed.logicalId}`, unnamed, limit)

/** `LOGICALID-SUFFIX`: the types that are named without their stack. */
export const shortPhysicalName = (unnamed: Unnamed, limit: number): string =>
  named(unnamed.logicalId, unnamed, limit)

/** An id in the shape of a UUID, the same at every start. */
export const physicalId = (unnamed: Unnamed): string => {
  const hash = hashOf(unnamed)
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    hash.slice(12, 16),
    hash.slice(16, 20),
    hash.slice(20, 32),
  ].join('-')
}

const named = (name: string, unnamed: Unnamed, limit: number): string => {
  const suffix = `-${hashOf(unnamed).slice(0, 12).toUpperCase()}`
  return name.slice(0, limit - suffix.length) + suffix
}

const hashOf = ({ stack, region, logicalId }: Unnamed): string =>
  createHash('sha256').update([stack, region, logicalId].join('\n')).digest('hex')
