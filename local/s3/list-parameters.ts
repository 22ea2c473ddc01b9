/** What all listings have in common: their parameters, the encoding of keys, the owner. */
import { ACCOUNT_ID } from '../service.ts'
import type { ConditionContext } from '../service.ts'
import { numberParameter } from './call.ts'
import { invalidArgument } from './errors.ts'
import type { Listed } from './list-walk.ts'
import type { XmlElements } from './xml.ts'

export interface ListParameters {
  readonly prefix: string
  readonly delimiter: string
  /** At most 1000. */
  readonly size: number
  /** Writes a key as the client asked for it. */
  readonly encode: (key: string) => string
  readonly encodingType: string | undefined
}

const PAGE_SIZE = 1000

export const OWNER: XmlElements = { ID: ACCOUNT_ID.padEnd(64, '0'), DisplayName: 'local' }

/** Throws 400 InvalidArgument. `sizeName` is how the listing calls its page size, such as `max-keys`. */
export const listParameters = (query: ReadonlyMap<string, string>, sizeName: string): ListParameters => {
  const encodingType = query.get('encoding-type')
  if (encodingType !== undefined && encodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType)
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    size: numberParameter(query, sizeName, { least: 0, most: PAGE_SIZE, otherwise: PAGE_SIZE }),
    encode: encodingType === 'url' ? urlEncode : (key) => key,
    encodingType,
  }
}

/** For a policy's condition on `s3:prefix`, a key that is there only when the client says one. */
export const prefixAsked = (query: ReadonlyMap<string, string>): ConditionContext => {
  const prefix = query.get('prefix')
  return prefix === undefined ? {} : { 's3:prefix': prefix }
}

/** The elements that repeat the question. */
export const echoed = ({ prefix, delimiter, encode, encodingType }: ListParameters): XmlElements => ({
  Prefix: encode(prefix),
  Delimiter: delimiter === '' ? undefined : encode(delimiter),
  EncodingType: encodingType,
})

/** The `<CommonPrefixes>` among what was listed. */
export const commonPrefixes = (listed: readonly Listed[], { encode }: ListParameters): XmlElements[] =>
  listed.flatMap((item) => ('commonPrefix' in item ? [{ Prefix: encode(item.commonPrefix) }] : []))

/** S3's own flavour: `/` and `*` stay, a blank is `+`. */
const urlEncode = (key: string): string =>
  encodeURIComponent(key)
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
