/** Object tags, from the header and from XML (source: "Categorizing your objects using tags"). */
import type { Tag } from './bucket.ts'
import { S3Error } from './errors.ts'
import { childrenOf, requiredTextOf } from './xml.ts'
import type { XmlElements, XmlNode } from './xml.ts'

const MOST_TAGS = 10
const LONGEST_KEY = 128
const LONGEST_VALUE = 256

/** Tags written as a query string. Throws 400 InvalidTag. */
export const parseTagHeader = (header: string): readonly Tag[] =>
  checkTags([...new URLSearchParams(header)].map(([key, value]) => ({ key, value })))

/** Tags in a `<Tagging>` document. Throws 400 MalformedXML, InvalidTag. */
export const parseTagging = (tagging: XmlNode): readonly Tag[] => {
  const [set] = childrenOf(tagging, 'TagSet')
  if (set === undefined) throw new S3Error('MalformedXML')
  return checkTags(
    childrenOf(set, 'Tag').map((tag) => ({
      key: requiredTextOf(tag, 'Key'),
      value: requiredTextOf(tag, 'Value'),
    })),
  )
}

export const taggingElements = (tags: readonly Tag[]): XmlElements => ({
  TagSet: { Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })) },
})

const checkTags = (tags: readonly Tag[]): readonly Tag[] => {
  if (tags.length > MOST_TAGS)
    throw new S3Error('InvalidTag', { message: 'Object tags cannot be greater than 10' })
  for (const { key, value } of tags) {
    if (key === '' || key.length > LONGEST_KEY) {
      throw new S3Error('InvalidTag', { message: 'The TagKey you have provided is invalid' })
    }
    if (value.length > LONGEST_VALUE) {
      throw new S3Error('InvalidTag', { message: 'The TagValue you have provided is invalid' })
    }
  }
  if (new Set(tags.map(({ key }) => key)).size < tags.length) {
    throw new S3Error('InvalidTag', { message: 'Cannot provide multiple Tags with the same key' })
  }
  return tags
}
