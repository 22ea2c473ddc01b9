/** The columns of a file, made ready for rows of bytes: what to check in each cell, and what JSON stands between two cells. */
import { LIMITS } from '../../endpoint/limits.ts'
import { isMended } from '../csv-header.ts'
import type { Column } from '../csv-header.ts'

/** What a cell of a column must be, for its row to need no second thought. */
export const STEP = {
  text: 0,
  /** Checked beforehand, as the row's identity. */
  known: 1,
  // The steps above ask for nothing more.
  list: 2,
  number: 3,
  latitude: 4,
  longitude: 5,
  country: 6,
  /** Nothing but empty. */
  doubtful: 7,
} as const

/** The JSON between the values of two columns. */
export interface Joint {
  /** Four bytes each, the first one lowest; a multiple of four words. */
  readonly words: Int32Array
  readonly length: number
}

export interface ColumnPlan {
  readonly columns: readonly Column[]
  /** The columns that have a say, as their values follow one another in JSON, where no cell is empty: OptOut last. */
  readonly order: Int32Array
  /** By column, what to check. */
  readonly steps: Uint8Array
  /** The columns of whose cells something is asked. */
  readonly checked: Int32Array
  readonly id: number
  readonly address: number
  readonly channel: number
  /** -1: there is none. */
  readonly optOut: number
  readonly user: number
  /** At most so many bytes of a line are not the cells' own. */
  readonly framing: number
  /** The rows of such a header are all for the rules themselves. */
  readonly isDoubtful: boolean
  /** Between two columns in the order of a line; `columns.length` stands for its beginning and its end. */
  joint(before: number, after: number): Joint
  /** Where the columns of an object lie apart, the order depends on which cells are empty; undefined where they do not. */
  readonly orderOf: ((isEmpty: (column: number) => boolean) => Int32Array) | undefined
}

/** The plan for files with `columns`. */
export const planOf = (columns: readonly Column[]): ColumnPlan => {
  const at = (name: string) => columns.findIndex(({ path }) => path.length === 1 && path[0] === name)
  const optOut = at('OptOut')
  const spoken = [...columns.keys()].filter((column) => columns[column]?.kind !== 'none' && column !== optOut)
  const order = Int32Array.from(optOut < 0 ? spoken : [...spoken, optOut])
  const steps = Uint8Array.from(columns, stepOf)
  return {
    columns,
    order,
    steps,
    checked: Int32Array.from([...columns.keys()].filter((column) => (steps[column] ?? 0) >= STEP.list)),
    ...{ id: at('Id'), address: at('Address'), channel: at('ChannelType'), optOut },
    user: columns.findIndex(({ path }) => path.join('.') === 'User.UserId'),
    framing: columns.reduce((sum, { path }) => sum + Buffer.byteLength(JSON.stringify(path)) + 8, 64),
    isDoubtful: isDoubtful(columns),
    joint: jointsOf(columns),
    orderOf: isTogether(columns, spoken) ? undefined : (isEmpty) => orderOf(columns, order, isEmpty),
  }
}

const PLACES: Partial<Record<string, number>> = {
  Country: STEP.country,
  Latitude: STEP.latitude,
  Longitude: STEP.longitude,
}

const stepOf = ({ path, kind }: Column): number => {
  const name = path.at(-1) ?? ''
  // Its date is looked at, and then left out.
  if (name === 'EffectiveDate' && path.length === 1) return STEP.doubtful
  if (path.length === 1) return STEP.known
  if (path[0] === 'Location' && PLACES[name] !== undefined) return PLACES[name]
  if (kind === 'text' || kind === 'none') return STEP.text
  if (name.length > LIMITS.attributeName || /[\p{Cc}\u2028\u2029]/u.test(name)) return STEP.doubtful
  return kind === 'list' ? STEP.list : STEP.number
}

/** Objects put names that are whole numbers first; and there are limits on the number of names and of values. */
const isDoubtful = (columns: readonly Column[]): boolean => {
  const times = new Map<string, number>()
  for (const { path, kind } of columns)
    if (kind !== 'none') times.set(nodeOf(path), (times.get(nodeOf(path)) ?? 0) + 1)
  return (
    isMended(columns) ||
    times.size > LIMITS.attributeNames ||
    [...times.values()].some((count) => count > LIMITS.attributeValues) ||
    // The cells of a mended file of rejects are not as they stand there.
    columns.some(({ path }) => path[0] === 'Samepoint' || /^\d+$/.test(path.at(-1) ?? ''))
  )
}

const nodeOf = (path: readonly string[]): string => JSON.stringify(path)

/** The objects and the list that a column is in, outermost first. */
const nodesOf = ({ path }: Column): string[] => path.map((_, depth) => nodeOf(path.slice(0, depth + 1)))

const isTogether = (columns: readonly Column[], spoken: readonly number[]): boolean => {
  const closed = new Set<string>()
  let open: readonly string[] = []
  for (const column of spoken) {
    const nodes = nodesOf(columns[column] as Column)
    for (const node of open) if (!nodes.includes(node)) closed.add(node)
    if (nodes.some((node) => closed.has(node))) return false
    open = nodes
  }
  return true
}

/** As `endpointOf` would put them: an object stands where the first of its cells does that is not empty. */
const orderOf = (
  columns: readonly Column[],
  order: Int32Array,
  isEmpty: (column: number) => boolean,
): Int32Array => {
  const first = new Map<string, number>()
  const full = order.filter((column) => !isEmpty(column))
  const ranks = new Map<number, number[]>()
  for (const [rank, column] of full.entries()) {
    const nodes = nodesOf(columns[column] as Column)
    for (const node of nodes) if (!first.has(node)) first.set(node, rank)
    ranks.set(column, [...nodes.map((node) => first.get(node) ?? 0), rank])
  }
  return full.sort((a, b) => compare(ranks.get(a) ?? [], ranks.get(b) ?? []))
}

const compare = (one: readonly number[], other: readonly number[]): number => {
  const depth = one.findIndex((rank, at) => rank !== other[at])
  return depth < 0 ? 0 : (one[depth] ?? 0) - (other[depth] ?? 0)
}

const jointsOf = (columns: readonly Column[]): ColumnPlan['joint'] => {
  const width = columns.length + 1
  // Few of all pairs are ever neighbours.
  const joints: (Joint | undefined)[] = new Array<Joint | undefined>(width * width).fill(undefined)
  return (before, after) =>
    (joints[before * width + after] ??= packed(jointText(columns[before], columns[after])))
}

const packed = (text: string): Joint => {
  const bytes = Buffer.from(text)
  const words = new Int32Array(4 * Math.ceil(bytes.length / 16))
  bytes.copy(new Uint8Array(words.buffer))
  return { words, length: bytes.length }
}

const jointText = (before: Column | undefined, after: Column | undefined): string => {
  if (!before) return after ? `{${opening(after, 0)}` : '{}\n'
  if (after?.kind === 'list' && nodeOf(before.path) === nodeOf(after.path)) return '","'
  const shared = sharedDepth(before.path, after?.path ?? [])
  const close = quoteOf(before) + listEnd(before) + '}'.repeat(before.path.length - 1 - shared)
  return after ? `${close},${opening(after, shared)}` : `${close}}\n`
}

/** `open`: how many of the column's objects are open already. */
const opening = (column: Column, open: number): string => {
  const names = column.path.map((name) => `${JSON.stringify(name)}:`).slice(open)
  return names.join('{') + (column.kind === 'list' ? '[' : '') + quoteOf(column)
}

const quoteOf = ({ kind }: Column): string => (kind === 'number' ? '' : '"')

const listEnd = ({ kind }: Column): string => (kind === 'list' ? ']' : '')

/** How many objects two paths lie in together. */
const sharedDepth = (one: readonly string[], other: readonly string[]): number => {
  const depth = Math.min(one.length, other.length) - 1
  let shared = 0
  while (shared < depth && one[shared] === other[shared]) shared += 1
  return Math.max(shared, 0)
}
