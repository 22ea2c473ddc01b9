/** A mapping file, checked member by member → the definitions that it makes. */
import { CHANNEL_TYPES } from '../endpoint/endpoint.ts'
import type { ChannelType } from '../endpoint/endpoint.ts'
import type { ConsentRule } from './mapping-consent.ts'
import type { EndpointRule } from './mapping-endpoint.ts'
import { readChoice, readFields, readPath, readTemplate } from './mapping-fields.ts'
import type { Around } from './mapping-fields.ts'
import { MappingError, elementsOf, inside, isGiven, membersOf, wrong } from './mapping-node.ts'
import type { Node } from './mapping-node.ts'
import { DEMOGRAPHIC, LOCATION } from './mapping-parts.ts'
import type { Path } from './mapping-path.ts'
import { knownFrom } from './mapping-strict.ts'
import type { Known } from './mapping-strict.ts'
import type { Template } from './mapping-template.ts'
import type { Choice } from './mapping-values.ts'

export interface MappingFile {
  readonly key: string
  readonly version: Path | undefined
  readonly endpoints: readonly EndpointRule[]
  /** The fields that a strict item may have; undefined where items are not strict. */
  readonly known: Known | undefined
  /** Everything in an item that it reads, as it names it. */
  readonly fields: readonly string[]
}

/** Throws a {@link MappingError} that lists every mistake. */
export const readMappingFile = (json: unknown): MappingFile => {
  const root: Node = { at: '', value: json, mistakes: [] }
  const member = membersOf(root, ['key', 'version', 'strict', 'endpoints'])
  const around: Around = { key: readKey(member('key')), inEach: false, paths: [] }
  const version = optional(member('version'), (node) => readPath(node, around))
  const nodes = elementsOf(member('endpoints'), 'a list of one endpoint definition or more')
  const endpoints = nodes.map((node) => readEndpoint(node, around))
  mustDiffer(nodes, endpoints)
  const isStrict = optional(member('strict'), (node) => readStrict(node, endpoints)) ?? false
  if (root.mistakes.length > 0) throw new MappingError(root.mistakes)
  const known = isStrict ? knownFrom(around.paths) : undefined
  const fields = around.paths.filter(({ from }) => from === 'item').map(({ text }) => text)
  return { key: around.key, version, endpoints, known, fields: [...new Set(fields)] }
}

const optional = <T>(node: Node, read: (node: Node) => T): T | undefined =>
  isGiven(node) ? read(node) : undefined

const readKey = (node: Node): string => {
  if (typeof node.value === 'string' && /^[^.{}@\s](?:[^.{}@\p{Cc}]{0,253}[^.{}@\s])?$/u.test(node.value))
    return node.value
  wrong(node, "the name of the table's key attribute")
  return ''
}

const readStrict = (node: Node, endpoints: readonly EndpointRule[]): boolean => {
  if (typeof node.value !== 'boolean') wrong(node, 'true or false')
  // Whose mistake is an unknown field, where an item is several endpoints?
  const isOne = endpoints.length === 1 && endpoints[0]?.each === undefined
  if (node.value === true && !isOne)
    wrong(node, 'false, unless there is one endpoint definition, without each')
  return node.value === true
}

const readEndpoint = (node: Node, outer: Around): EndpointRule => {
  const member = membersOf(node, [
    'each',
    'id',
    'channel',
    'address',
    'optOut',
    'status',
    'attributes',
    'metrics',
    'user',
    'location',
    'demographic',
  ])
  const each = optional(member('each'), (list) => readPath(list, outer))
  const around = { ...outer, inEach: each !== undefined }
  const fields = (names?: Iterable<string>) => (group: Node) => readFields(group, around, names && [...names])
  return {
    each,
    id: readTemplate(member('id'), around),
    channel: readChannel(member('channel'), around),
    address: readPath(member('address'), around),
    optOut: optional(member('optOut'), (optOut) => readOptOut(optOut, around)),
    status: optional(member('status'), (status) => readStatus(status, around)),
    attributes: optional(member('attributes'), fields()),
    metrics: optional(member('metrics'), fields()),
    location: optional(member('location'), fields(LOCATION.keys())),
    demographic: optional(member('demographic'), fields(DEMOGRAPHIC.keys())),
    ...readUser(member('user'), around),
  }
}

const readUser = (node: Node, around: Around): Pick<EndpointRule, 'userId' | 'userAttributes'> => {
  if (!isGiven(node)) return { userId: undefined, userAttributes: undefined }
  const member = membersOf(node, ['id', 'attributes'])
  return {
    userId: optional(member('id'), (id) => readPath(id, around)),
    userAttributes: optional(member('attributes'), (attributes) => readFields(attributes, around)),
  }
}

const readChannel = (node: Node, around: Around): ChannelType | Choice => {
  const channel = CHANNEL_TYPES.find((each) => each === node.value)
  if (channel) return channel
  if (typeof node.value === 'object' && node.value !== null) {
    const member = membersOf(node, ['field', 'values'])
    return readChoice(member, { words: CHANNEL_TYPES, rule: 'CHANNEL_UNKNOWN' }, around)
  }
  wrong(node, `one of ${CHANNEL_TYPES.join(', ')}, or an object with field`)
  return 'CUSTOM'
}

const readStatus = (node: Node, around: Around): Choice =>
  readChoice(
    membersOf(node, ['field', 'values']),
    { words: ['ACTIVE', 'INACTIVE'], rule: 'ENDPOINT_STATUS', isOptional: true },
    around,
  )

const readOptOut = (node: Node, around: Around): ConsentRule => {
  const member = membersOf(node, ['field', 'values', 'date'])
  const choice = readChoice(
    member,
    { words: ['ALL', 'NONE'], rule: 'OPT_OUT', isOptional: true, mustHave: 'ALL' },
    around,
  )
  return { choice, date: optional(member('date'), (date) => readPath(date, around)) }
}

/** Two definitions with one template would claim one id. Ids are not case-sensitive, the names of fields are. */
const mustDiffer = (nodes: readonly Node[], endpoints: readonly EndpointRule[]): void => {
  const forms = endpoints.map(({ id }) => formOf(id))
  for (const [at, node] of nodes.entries()) {
    const first = forms.indexOf(forms[at] ?? '')
    if (forms[at] !== '' && first < at)
      wrong(inside(node, 'id', undefined), `another template than that of ${nodes[first]?.at ?? ''}`)
  }
}

const formOf = (template: Template): string =>
  template.map((part) => (typeof part === 'string' ? part.toLowerCase() : `{${part.text}}`)).join('')
