/**
 * How a row of a dropped file with names of its own becomes endpoints: as a mapping file says, in the language of the customer
 * table's. The rules are those of any dropped row, and no file takes back an opt-out.
 */
import { SEATS } from '../endpoint/coupling.ts'
import type { Problem } from '../endpoint/problem.ts'
import type { Judged, Unfit } from './csv/judged-row.ts'
import { droppedEndpoint } from './dropped-row.ts'
import type { DroppedOptOut } from './dropped-row.ts'
import { readMappingFile } from './mapping-file.ts'
import type { MappingFile } from './mapping-file.ts'
import { claimsBy } from './mapping.ts'
import type { Claim } from './mapping.ts'
import { MappingError } from './mapping-node.ts'

/** Endpoints that a row may become: as many as a user may have. */
export const ENDPOINTS_OF_ROW = SEATS

export interface DropMapping {
  readonly name: string
  /** What it reads of a row, such as `Email` or `Home.City`: a column each, or the columns below (`Home.*`). */
  readonly fields: readonly string[]
  /** Those of which every column is an element, and makes an endpoint. */
  readonly lists: ReadonlySet<string>
  /** What the row is; `now` ISO 8601: a consent from much later is a mistake. Total and pure. */
  judge(row: Readonly<Record<string, unknown>>, now: string): Judged
}

/** `json`: mappings by name. Throws one {@link MappingError} that lists every mistake in all of them. */
export const readDropMappings = (json: unknown): ReadonlyMap<string, DropMapping> => {
  const read = new Map<string, DropMapping>()
  const mistakes: string[] = []
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new MappingError(['expected an object of mappings by name'])
  for (const [name, each] of Object.entries(json)) {
    if (!/^[a-z0-9][a-z0-9-]{0,49}$/.test(name))
      mistakes.push('expected names of small letters, digits and hyphens, 50 at most')
    try {
      read.set(name, readDropMapping(name, each))
    } catch (error) {
      if (!(error instanceof MappingError)) throw error
      mistakes.push(...error.mistakes.map((mistake) => `${name}: ${mistake}`))
    }
  }
  if (mistakes.length > 0) throw new MappingError(mistakes)
  return read
}

const readDropMapping = (name: string, json: unknown): DropMapping => {
  const file = readMappingFile(json)
  const { endpoints, fields } = file
  const misfits = misfitsIn(file)
  if (misfits.length > 0) throw new MappingError(misfits)
  const judge = (candidate: Parameters<typeof droppedEndpoint>[0]) => droppedEndpoint(candidate, undefined)
  const claimsOf = claimsBy(endpoints, { judge, isText: true })
  return {
    ...{ name, fields },
    lists: new Set(endpoints.flatMap(({ each }) => (each ? [each.text] : []))),
    judge: (row, now) => judged(claimsOf(row, now)),
  }
}

/** What a table's items have, and the rows of a file have not. */
const misfitsIn = ({ version, known, endpoints }: MappingFile): string[] => [
  ...(version ? ['version: expected nothing, as of rows that share an id the last one counts'] : []),
  ...(known ? ['strict: expected nothing, as a file may have more columns than are read'] : []),
  ...endpoints.flatMap(({ status }, at) =>
    status ? [`endpoints.${at}.status: expected nothing, as an import makes every endpoint ACTIVE`] : [],
  ),
]

/** A row is good when all its endpoints are. */
const judged = (claims: readonly Claim[]): Judged => {
  const problems = claims.flatMap((claim) => claim.problems)
  if (claims.length > ENDPOINTS_OF_ROW) problems.unshift(TOO_MANY)
  if (problems.length > 0) return { problems: apart(problems), optOuts: claims.flatMap(optOutIn) }
  return claims.flatMap((claim) => (claim.kind === 'fit' ? [endpointIn(claim)] : []))
}

const TOO_MANY: Problem = {
  rule: 'ENDPOINTS_OF_ROW',
  field: '',
  expected: `a row of at most ${ENDPOINTS_OF_ROW} endpoints, as a user may have`,
}

type Fit = Extract<Claim, { kind: 'fit' }>

const endpointIn = ({ endpoint, stated }: Fit): Fit['endpoint'] =>
  stated?.value === 'ALL' ? { ...endpoint, OptOut: 'ALL' } : endpoint

/** Of an unfit row: no more than who opts out. */
const optOutIn = (claim: Claim): readonly DroppedOptOut[] => {
  if (claim.kind === 'unfit')
    return claim.optsOut && claim.id?.trim() ? [{ Id: claim.id, endpoint: undefined }] : []
  if (claim.stated?.value !== 'ALL') return []
  const { Id, Address, ChannelType } = claim.endpoint
  return [{ Id, endpoint: { Id, Address, ChannelType, OptOut: 'ALL' } }]
}

/** What several endpoints of a row share is told once. */
const apart = (problems: readonly Problem[]): Unfit['problems'] => [
  ...new Map(problems.map((problem) => [`${problem.rule} ${problem.field}`, problem])).values(),
]
