/** A value in a mapping file and its place there: whatever is wrong is noted, reading goes on, and all of it is said at once. */
import { nearest } from './nearest.ts'

/** Everything that is wrong with a mapping file, in one line: the place of each mistake, and what was expected there. */
export class MappingError extends Error {
  override readonly name = 'MappingError'
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('; '))
    this.mistakes = mistakes
  }
}

export interface Node {
  /** Such as `endpoints.0.id`. */
  readonly at: string
  readonly value: unknown
  readonly mistakes: string[]
}

export const wrong = ({ at, mistakes }: Node, expected: string): void => {
  mistakes.push(`${at || 'the mapping'}: expected ${expected}`)
}

export const isGiven = ({ value }: Node): boolean => value !== undefined

export const inside = ({ at, mistakes }: Node, name: string | number, value: unknown): Node => ({
  // All is said in one line, whatever is in a name.
  at: `${at ? `${at}.` : ''}${name}`.replace(/\p{Cc}/gu, ' '),
  value,
  mistakes,
})

/** The members of an object, by their own names. None, and a mistake, where there is no object. */
export const entriesOf = (node: Node, expected: string): readonly (readonly [string, Node])[] => {
  const { value } = node
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).map(([name, each]) => [name, inside(node, name, each)])
  }
  wrong(node, expected)
  return []
}

/** The elements of a list that has some. */
export const elementsOf = (node: Node, expected: string): readonly Node[] => {
  const list: readonly unknown[] = Array.isArray(node.value) ? node.value : []
  if (list.length === 0) wrong(node, expected)
  return list.map((each, at) => inside(node, at, each))
}

/** `node` has a name that is none of `names`. */
export const unknown = ({ at, mistakes }: Node, name: string, names: readonly string[]): void => {
  const meant = nearest(name, names)
  mistakes.push(`${at}: unknown, expected ${meant ?? `one of ${names.join(', ')}`}`)
}

/** An object's member by name, given or not. Members with other names are mistakes. */
export const membersOf = <Name extends string>(
  node: Node,
  names: readonly Name[],
): ((name: Name) => Node) => {
  const told = node.mistakes.length
  const members = new Map(entriesOf(node, `an object with ${names.join(', ')}`))
  // What is no object has no members: that is one mistake, and not one more for each of them.
  if (node.mistakes.length > told) return (name) => ({ ...inside(node, name, undefined), mistakes: [] })
  for (const [name, member] of members) if (!names.some((each) => each === name)) unknown(member, name, names)
  return (name) => members.get(name) ?? inside(node, name, undefined)
}
