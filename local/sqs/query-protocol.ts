/** SQS's older Query protocol: forms in, XML out, translated from and to the shapes of the JSON protocol. */
import type { Input } from './input.ts'
import { isStructure } from './input.ts'
import type { SqsError } from './errors.ts'

// Lists and maps are flattened under a singular name: `Attribute.1.Name`, `SendMessageBatchRequestEntry.2.Id`.
const MEMBERS: Readonly<Record<string, readonly [member: string, shape: 'list' | 'map']>> = {
  Attribute: ['Attributes', 'map'],
  AttributeName: ['AttributeNames', 'list'],
  ChangeMessageVisibilityBatchRequestEntry: ['Entries', 'list'],
  DeleteMessageBatchRequestEntry: ['Entries', 'list'],
  MessageAttribute: ['MessageAttributes', 'map'],
  MessageAttributeName: ['MessageAttributeNames', 'list'],
  MessageSystemAttributeName: ['MessageSystemAttributeNames', 'list'],
  SendMessageBatchRequestEntry: ['Entries', 'list'],
}

/** The operation and its input, from form text such as `Action=SendMessage&QueueUrl=…`. */
export const parseQuery = (form: string): { readonly operation: string; readonly input: Input } => {
  const tree: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [path, value] of new URLSearchParams(form)) plant(tree, path.split('.'), value)
  const operation = typeof tree['Action'] === 'string' ? tree['Action'] : ''
  return { operation, input: unflattened(tree) }
}

export const queryResult = (operation: string, output: object, requestId: string): string => {
  // Clients look for the wrapper also where it is empty: an empty receive is a result.
  const wrapped = VOID.has(operation) ? '' : element(`${operation}Result`, elements(output, operation))
  const body = `${wrapped}${element('ResponseMetadata', element('RequestId', requestId))}`
  return `<?xml version="1.0"?><${operation}Response xmlns="${NAMESPACE}">${body}</${operation}Response>`
}

export const queryError = (error: SqsError, requestId: string): string => {
  const detail =
    element('Type', error.fault) +
    element('Code', escaped(error.code)) +
    element('Message', escaped(error.message)) +
    '<Detail/>'
  const body = element('Error', detail) + element('RequestId', requestId)
  return `<?xml version="1.0"?><ErrorResponse xmlns="${NAMESPACE}">${body}</ErrorResponse>`
}

const VOID: ReadonlySet<string> = new Set([
  'ChangeMessageVisibility',
  'DeleteMessage',
  'DeleteQueue',
  'PurgeQueue',
  'SetQueueAttributes',
])

const NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/'

const plant = (tree: Record<string, unknown>, path: readonly string[], value: string): void => {
  const [name = '', ...rest] = path
  if (rest.length === 0) {
    tree[name] = value
    return
  }
  if (!isStructure(tree[name])) tree[name] = Object.create(null)
  plant(tree[name] as Record<string, unknown>, rest, value)
}

const unflattened = (tree: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const input: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(tree)) {
    const [member, shape] = MEMBERS[name] ?? []
    if (member === undefined || !isStructure(value)) input[name] = value
    else if (shape === 'map') input[member] = mapFrom(inOrder(value))
    else input[member] = inOrder(value).map((each) => (isStructure(each) ? unflattened(each) : each))
  }
  return input
}

const inOrder = (numbered: Readonly<Record<string, unknown>>): unknown[] =>
  Object.entries(numbered)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, value]) => value)

const mapFrom = (pairs: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(
    pairs
      .filter(isStructure)
      .map(({ Name, Value }) => [String(Name), isStructure(Value) ? { ...Value } : Value]),
  )

const elements = (output: object, operation: string): string =>
  Object.entries(output)
    .map(([name, value]) => member(name, value, operation))
    .join('')

const member = (name: string, value: unknown, operation: string): string => {
  if (Array.isArray(value))
    return value.map((each) => member(singular(name, operation), each, operation)).join('')
  if (!isStructure(value)) return element(name, escaped(String(value)))
  if (name !== 'Attributes' && name !== 'MessageAttributes') return element(name, elements(value, operation))
  return Object.entries(value)
    .map(([key, each]) =>
      element(name.slice(0, -1), element('Name', escaped(key)) + member('Value', each, operation)),
    )
    .join('')
}

const singular = (name: string, operation: string): string => {
  if (name === 'Successful') return `${operation}ResultEntry`
  return name === 'Failed' ? 'BatchResultErrorEntry' : name.slice(0, -1)
}

const element = (name: string, content: string): string => `<${name}>${content}</${name}>`

// A carriage return would be read back as a line feed unless it is escaped too.
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
}

const escaped = (text: string): string =>
  text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character)
