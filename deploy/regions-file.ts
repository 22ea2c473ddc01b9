/** regions.json, read and checked before anything is built from it. */
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { readDropMappings } from '../shared/sources/drop-mapping.ts'
import { MappingError, readMapping } from '../shared/sources/mapping.ts'
import { UserError } from './user-error.ts'

/**
 * Where Pinpoint has been (AWS General Reference, "Amazon Pinpoint endpoints and quotas"); not us-gov-west-1, which is the only
 * one of its partition.
 */
export const PINPOINT_REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'ca-central-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
] as const

const region = z.enum(PINPOINT_REGIONS, {
  error: (issue) => `${JSON.stringify(issue.input)} is no Region of Pinpoint`,
})

const Regions = z
  .strictObject({
    hub: region,
    primary: region,
    standby: region,
    mapping: z.string('must be the path of a mapping file, such as mappings/endpoint.json').min(1),
    dropMappings: z.string('must be the path of a file of mappings, such as mappings/drops.json').min(1),
    applications: z.record(
      z.string(),
      z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits, the id of a Pinpoint project'),
    ),
  })
  .superRefine(({ hub, primary, standby, applications }, context) => {
    const listed = Object.keys(applications)
    const wrong = (message: string) => context.addIssue({ code: 'custom', message })
    const regionNames: readonly string[] = PINPOINT_REGIONS
    for (const name of listed)
      if (!regionNames.includes(name)) wrong(`applications: ${JSON.stringify(name)} is no Region of Pinpoint`)
    if (listed.length < 2) wrong('applications must list two Regions or more')
    if (primary === standby) wrong(`primary and standby are both ${primary}`)
    for (const [role, name] of Object.entries({ hub, primary, standby })) {
      if (!listed.includes(name)) wrong(`${role} is ${name}, which applications does not list`)
    }
  })

export interface Regions {
  /** The Region where the functions run. */
  readonly hub: string
  readonly primary: string
  readonly standby: string
  /** The file that says how an item of the customer table becomes endpoints: its path, from the root of the file system. */
  readonly mapping: string
  /** The file that says the same of the rows of dropped files, by the name that an upload gives: its path. */
  readonly dropMappings: string
  /** Each Region's Pinpoint project. */
  readonly applications: Readonly<Record<string, string>>
}

/** Throws a {@link UserError} that says in one line what to mend. */
export const readRegions = async (file = join(import.meta.dirname, '../regions.json')): Promise<Regions> => {
  const parsed = Regions.safeParse(await jsonIn(file, 'regions.json'))
  if (parsed.success) {
    const [mapping, dropMappings] = [parsed.data.mapping, parsed.data.dropMappings].map((path) =>
      resolve(dirname(file), path),
    ) as [string, string]
    await checkMapping(mapping, parsed.data.mapping, readMapping)
    await checkMapping(dropMappings, parsed.data.dropMappings, readDropMappings)
    return { ...parsed.data, mapping, dropMappings }
  }
  const said = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  )
  throw new UserError(`regions.json: ${said.join('; ')}`)
}

const checkMapping = async (file: string, name: string, read: (json: unknown) => unknown): Promise<void> => {
  const json = await jsonIn(file, name)
  try {
    read(json)
  } catch (error) {
    throw error instanceof MappingError ? new UserError(`${name}: ${error.message}`) : error
  }
}

/** `name`: what the person calls the file. */
const jsonIn = async (file: string, name: string): Promise<unknown> => {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new UserError(`${name} cannot be read: ${error.message}`)
  })
  try {
    return JSON.parse(text)
  } catch {
    throw new UserError(`${name} is no JSON`)
  }
}
