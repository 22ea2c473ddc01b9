/** The header of a CSV file: which column sets which field of an endpoint, by the names that Pinpoint imports. */
import { DEMOGRAPHIC_FIELDS, LOCATION_TEXT_FIELDS } from '../endpoint/endpoint.ts'
import { nearest } from './nearest.ts'

/** Where a cell goes: a path such as `['Location', 'City']`, and how its text is read. */
export interface Column {
  readonly path: readonly string[]
  /** `list`: one value of a list, the column may be repeated. `none`: Pinpoint lists the column, we have no use for it. */
  readonly kind: 'text' | 'number' | 'list' | 'none'
}

/** Is it a mended file of rejects? Its cells are as `formula.ts` has neutralised them. */
export const isMended = (columns: readonly Column[]): boolean =>
  columns.some(({ path }) => path[0] === 'Samepoint')

/** Why a file as a whole cannot be taken: a code, and what to do about it. Names columns by number, never by content. */
export interface Refusal {
  readonly code: string
  readonly message: string
}

const REQUIRED = ['Id', 'Address', 'ChannelType'] as const

/** What `rejects.csv` says in front of each row: where it was, and what is wrong. A mended file may keep them. */
export const OUR_COLUMNS: readonly string[] = ['Samepoint.Line', 'Samepoint.Problems']

/** User guide, "Importing segments": the attributes that an import file may hold. */
const FIXED: Readonly<Record<string, Column['kind']>> = {
  ...Object.fromEntries(OUR_COLUMNS.map((name) => [name, 'none'] as const)),
  Id: 'text',
  Address: 'text',
  ChannelType: 'text',
  OptOut: 'text',
  EffectiveDate: 'none',
  RequestId: 'none',
  ...Object.fromEntries(DEMOGRAPHIC_FIELDS.map((field) => [`Demographic.${field}`, 'text'] as const)),
  ...Object.fromEntries(LOCATION_TEXT_FIELDS.map((field) => [`Location.${field}`, 'text'] as const)),
  'Location.Latitude': 'number',
  'Location.Longitude': 'number',
  'User.UserId': 'text',
}

const FAMILIES: readonly { prefix: string; path: readonly string[]; kind: Column['kind'] }[] = [
  { prefix: 'Attributes.', path: ['Attributes'], kind: 'list' },
  { prefix: 'Metrics.', path: ['Metrics'], kind: 'number' },
  { prefix: 'User.UserAttributes.', path: ['User', 'UserAttributes'], kind: 'list' },
]

/** The columns of `header`, or the reason why the file is refused. */
export const columnsOf = (header: readonly string[]): readonly Column[] | Refusal => {
  const columns = header.map(columnOf)
  const stranger = columns.findIndex((column) => column === undefined)
  const unknown = header[stranger]
  if (unknown !== undefined) return unknownColumn(header, stranger, unknown)
  const missing = REQUIRED.filter((name) => !header.includes(name))
  if (missing.length > 0) {
    return { code: 'HEADER_MISSING', message: `the header needs ${missing.join(', ')} (exactly so written)` }
  }
  const twice = header.findIndex((name, at) => columns[at]?.kind !== 'list' && header.indexOf(name) < at)
  if (twice >= 0) {
    return {
      code: 'HEADER_DUPLICATE',
      message: `column ${twice + 1} repeats a name; only Attributes.* and User.UserAttributes.* may`,
    }
  }
  return columns.filter((column) => column !== undefined)
}

export const isRefusal = (result: object): result is Refusal => 'code' in result

const columnOf = (name: string): Column | undefined => {
  const kind = Object.hasOwn(FIXED, name) ? FIXED[name] : undefined
  if (kind) return { path: name.split('.'), kind }
  const family = FAMILIES.find(({ prefix }) => name.startsWith(prefix) && name.length > prefix.length)
  return family && { path: [...family.path, name.slice(family.prefix.length)], kind: family.kind }
}

/** What people put between cells. */
export const OTHER_DELIMITERS = /[,;\t|]/

/** Something else stands between the header's cells than was said. */
export const wrongDelimiter = (): Refusal => ({
  code: 'DELIMITER',
  message:
    'the cells of the header must be separated by commas, or by what the upload names in x-amz-meta-delimiter, such as semicolon',
})

const unknownColumn = (header: readonly string[], at: number, name: string): Refusal => {
  if (header.length === 1 && OTHER_DELIMITERS.test(name)) return wrongDelimiter()
  const known = nearest(name, Object.keys(FIXED)) ?? familyNear(name)
  const hint = known
    ? `; did you mean ${known}?`
    : '; the first line must name the fields (Id, Address, ChannelType, …)'
  return {
    code: 'HEADER_UNKNOWN',
    message: `column ${at + 1} of the header is no field that Pinpoint imports${hint}`,
  }
}

/** The family whose name the first parts of `name` nearly are: what comes behind is the file's own. */
const familyNear = (name: string): string | undefined => {
  const parts = name.split('.')
  const near = FAMILIES.find(({ prefix }) => {
    const own = parts.slice(0, prefix.split('.').length - 1)
    return nearest(`${own.join('.')}.`, [prefix]) !== undefined
  })
  return near?.prefix
}
