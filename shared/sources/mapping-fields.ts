/** What a definition is made of, as a mapping file writes it: paths, templates, words and groups of fields. */
import { LIMITS } from '../endpoint/limits.ts'
import { elementsOf, entriesOf, inside, isGiven, unknown, wrong } from './mapping-node.ts'
import type { Node } from './mapping-node.ts'
import { parsePath } from './mapping-path.ts'
import type { Path } from './mapping-path.ts'
import { fieldsIn, parseTemplate } from './mapping-template.ts'
import type { Template } from './mapping-template.ts'
import type { Choice, Fields } from './mapping-values.ts'

/** What is known where something is read. */
export interface Around {
  /** The table's key; '' where it could not be read. */
  readonly key: string
  /** Whether there are elements to take fields from. */
  readonly inEach: boolean
  /** All paths read so far. */
  readonly paths: Path[]
}

/** Stands where there is a mistake: the file as a whole is then refused. */
const NOWHERE: Path = { from: 'item', names: [], text: '' }

export const readPath = (node: Node, around: Around): Path => {
  const path = typeof node.value === 'string' ? parsePath(node.value) : undefined
  if (!path) wrong(node, 'the name of a field, or a path such as Home.City')
  if (path && path.from !== 'item' && !around.inEach)
    wrong(node, 'a field of the item, as there is no element outside each')
  around.paths.push(path ?? NOWHERE)
  return path ?? NOWHERE
}

/**
 * Ids of two items, and of two elements of an item, must stay apart: so the key is in it, or under `each` something of the
 * element.
 */
export const readTemplate = (node: Node, { key, inEach, paths }: Around): Template => {
  const template = typeof node.value === 'string' ? parseTemplate(node.value) : undefined
  if (!template) {
    wrong(
      node,
      `a template such as {${key || 'CustomerId'}}-email: text, and fields in braces, no other $, { or }`,
    )
    return []
  }
  const fields = fieldsIn(template)
  paths.push(...fields)
  const isOfElement = fields.some(({ from }) => from !== 'item')
  if (isOfElement && !inEach)
    wrong(node, 'only fields of the item in braces, as there is no element outside each')
  if (inEach && !isOfElement)
    wrong(node, 'something of the element in it, such as {.Id}, to tell the ids of two elements apart')
  if (!inEach && key && !fields.some(({ text }) => text === key))
    wrong(node, `the key in it, {${key}}, to tell the ids of two items apart`)
  if (template.slice(1, -1).includes('')) wrong(node, 'some text between two fields, to tell where one ends')
  return template
}

interface Vocabulary<Word extends string> {
  readonly words: readonly Word[]
  /** What an item breaks that means none of them. */
  readonly rule: string
  /** An item may say nothing. */
  readonly isOptional?: boolean
  /** The word without which the choice would be none. */
  readonly mustHave?: Word
}

/** `member`: of an object with `field`, and with `values` where the field does not say Pinpoint's own words. */
export const readChoice = <Word extends string>(
  member: (name: 'field' | 'values') => Node,
  vocabulary: Vocabulary<Word>,
  around: Around,
): Choice => {
  const path = readPath(member('field'), around)
  const values = member('values')
  const words = isGiven(values)
    ? readValues(values, vocabulary)
    : new Map<unknown, string>(vocabulary.words.map((word) => [word, word]))
  const expected = [...words.keys()].map(String).join(', ')
  return {
    path,
    words,
    rule: vocabulary.rule,
    expected: `${expected}${vocabulary.isOptional ? ' or nothing' : ''}`,
  }
}

const readValues = <Word extends string>(
  node: Node,
  { words, mustHave }: Vocabulary<Word>,
): ReadonlyMap<unknown, string> => {
  const read = new Map<unknown, string>()
  const entries = entriesOf(node, `an object of ${words.join(', ')} and the values that mean them`)
  for (const [name, list] of entries) {
    if (!words.some((word) => word === name)) unknown(list, name, words)
    for (const each of elementsOf(list, `a list of the values that mean ${name}`)) {
      if (!isScalar(each.value)) wrong(each, 'text, a number, true or false')
      else if (read.has(each.value)) wrong(each, 'a value that is listed once, as it can mean one word only')
      else read.set(each.value, name)
    }
  }
  if (mustHave && entries.length > 0 && !entries.some(([name]) => name === mustHave))
    wrong(inside(node, mustHave, undefined), `a list of the values that mean ${mustHave}`)
  return read
}

const isScalar = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean'

/** `names`: the only ones that the endpoint has; any, where they are the person's to choose. */
export const readFields = (node: Node, around: Around, names?: readonly string[]): Fields => {
  if (typeof node.value === 'string') return readPath(node, around)
  const entries = entriesOf(node, 'the field of a whole map, or an object of names and fields')
  for (const [name, field] of entries) mustBeName(name, field, names)
  return new Map(entries.map(([name, field]) => [name, readPath(field, around)]))
}

const mustBeName = (name: string, node: Node, names: readonly string[] | undefined): void => {
  if (names && !names.includes(name)) unknown(node, name, names)
  if (name === '' || name.length > LIMITS.attributeName || /\p{Cc}/u.test(name))
    wrong(node, `a name of 1 to ${LIMITS.attributeName} characters, none of them a control character`)
}
