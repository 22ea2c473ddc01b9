/** What a Region's readers see, compared with what they should, field by field and without the product's own code. */
import { isDeepStrictEqual } from 'node:util'

/** An endpoint as Pinpoint shows it. */
export interface Shown {
  readonly Id: string
  readonly Attributes?: Readonly<Record<string, readonly string[]>> | undefined
}

/** What Pinpoint adds by itself. */
const MADE_BY_PINPOINT = ['ApplicationId', 'CohortId', 'CreationDate', 'EffectiveDate', 'RequestId']

/** The ids of endpoints that are missing, too many, or not as wanted. */
export const differences = (wanted: ReadonlyMap<string, object>, shown: Iterable<Shown>): string[] => {
  const found = new Map([...shown].map((endpoint) => [endpoint.Id, endpoint]))
  const ids = new Set([...wanted.keys(), ...found.keys()])
  return [...ids].filter((id) => !isDeepStrictEqual(bare(wanted.get(id)), bare(found.get(id))))
}

/** By id, the version that an endpoint carries in its attributes. */
export const versionsIn = (shown: Iterable<Shown>): Map<string, number> =>
  new Map(
    [...shown].flatMap(({ Id, Attributes }) => {
      const version = Attributes?.['Version']?.[0]
      return version === undefined ? [] : [[Id, Number(version)] as const]
    }),
  )

/** Without what says nothing: members that are undefined, empty texts and lists, structures in which nothing is left. */
const bare = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const members = Object.entries(value)
    .filter(([name]) => !MADE_BY_PINPOINT.includes(name))
    .map(([name, each]) => [name, bare(each)] as const)
    .filter(([, each]) => each !== undefined && each !== '' && !(Array.isArray(each) && each.length === 0))
  return members.length === 0 ? undefined : Object.fromEntries(members)
}
