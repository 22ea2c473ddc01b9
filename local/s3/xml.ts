/** S3's XML, out and in: every character of a key survives the trip. */
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'
import { S3Error } from './errors.ts'

export type XmlContent = string | number | boolean | undefined | XmlElements | readonly XmlContent[]
/** Elements by name; `undefined` is left out, an array repeats the element. */
export interface XmlElements {
  readonly [name: string]: XmlContent
}

/** A parsed element: its text, or its children by name. */
export type XmlNode = string | { readonly [name: string]: readonly XmlNode[] | undefined }

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

// Entities are handled here: the library drops control characters, leaves \r bare and caps how many it expands.
const builder = new XMLBuilder({ ignoreAttributes: false, processEntities: false })
const parser = new XMLParser({
  isArray: () => true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
})

/** The document `<root>`; `namespaced` is false only for errors. */
export const renderXml = (root: string, content: string | XmlElements, namespaced = true): string => {
  const elements = typeof content === 'string' ? { '#text': encodeText(content) } : escapeAll(content)
  return builder.build({
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    [root]: namespaced ? { '@_xmlns': NAMESPACE, ...elements } : elements,
  })
}

/** The element `<root>` of a request. Throws 400 MalformedXML for anything else. */
export const parseXml = (text: string, root: string): XmlNode => {
  if (/<!DOCTYPE/i.test(text) || XMLValidator.validate(text) !== true) throw new S3Error('MalformedXML')
  const [node] = parseNode(text)[root] ?? []
  if (node === undefined) throw new S3Error('MalformedXML')
  return node
}

/** The children of `node` named `name`, in order. */
export const childrenOf = (node: XmlNode | undefined, name: string): readonly XmlNode[] =>
  node === undefined || typeof node === 'string' ? [] : (node[name] ?? [])

/** The text of the first child named `name`, entities decoded; undefined where there is none. */
export const textOf = (node: XmlNode | undefined, name: string): string | undefined => {
  const [child] = childrenOf(node, name)
  if (child === undefined) return undefined
  if (typeof child !== 'string') throw new S3Error('MalformedXML')
  return decodeText(child)
}

/** Like {@link textOf}. Throws 400 MalformedXML where there is none. */
export const requiredTextOf = (node: XmlNode, name: string): string => {
  const text = textOf(node, name)
  if (text === undefined) throw new S3Error('MalformedXML')
  return text
}

const parseNode = (text: string): Exclude<XmlNode, string> => {
  try {
    return parser.parse(text) as Exclude<XmlNode, string>
  } catch {
    throw new S3Error('MalformedXML')
  }
}

const escapeAll = (elements: XmlElements): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(elements)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, escapeContent(value)]),
  )

const escapeContent = (value: XmlContent): unknown => {
  if (typeof value === 'string') return encodeText(value)
  if (Array.isArray(value)) return value.map((item: XmlContent) => escapeContent(item))
  return typeof value === 'object' ? escapeAll(value as XmlElements) : value
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const ENTITY_OF: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const encodeText = (text: string): string =>
  // Control characters are numbered, as S3 does, although XML 1.0 has no place for them.
  // (\t and \n pass; \r would be read back as \n.)
  text.replace(
    /[&<>"\p{Cc}]/gu,
    (char) =>
      ENTITY_OF[char] ?? (char === '\t' || char === '\n' ? char : `&#x${char.charCodeAt(0).toString(16)};`),
  )

const decodeText = (text: string): string =>
  text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name] ?? whole
      const codePoint = hex === undefined ? Number(decimal) : parseInt(hex, 16)
      if (codePoint > 0x10ffff) throw new S3Error('MalformedXML')
      return String.fromCodePoint(codePoint)
    },
  )
