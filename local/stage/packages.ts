/** The packaged stacks: one folder each, as `serverless package` and our package script leave them. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StackIdentity } from '../cloudformation/parameters.ts'
import { isObject } from '../cloudformation/template.ts'

export interface Package extends StackIdentity {
  /** Holds the template and the zips. */
  readonly directory: string
  /** Parsed JSON. */
  readonly template: unknown
}

const TEMPLATE = 'cloudformation-template-update-stack.json'

/**
 * Every sub-folder of `directory` as a package. Stacks without functions come first: what the functions of the others
 * reach in those Regions is there before the first one runs. Rejects naming the file that is missing or wrong.
 */
export const readPackages = async (directory: string): Promise<readonly Package[]> => {
  const folders = (await readdir(directory, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(directory, name))
    .sort()
  if (folders.length === 0) throw new Error(`${directory} holds no packaged stacks`)
  const packages = await Promise.all(folders.map(readPackage))
  refuseTwins(packages)
  return [...packages.filter((each) => !hasFunctions(each)), ...packages.filter(hasFunctions)]
}

const readPackage = async (directory: string): Promise<Package> => {
  const file = join(directory, 'stack.json')
  const stack = await readJson(file)
  const { name, region, parameters } = isObject(stack) ? stack : {}
  if (typeof name !== 'string' || typeof region !== 'string') {
    throw new Error(`${file}: expected { "name": …, "region": … }, got ${JSON.stringify(stack)}`)
  }
  return {
    name,
    region,
    ...(isObject(parameters) && { parameters: parameters as Readonly<Record<string, string>> }),
    directory,
    template: await readJson(join(directory, TEMPLATE)),
  }
}

const readJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

const refuseTwins = (packages: readonly Package[]): void => {
  const seen = new Map<string, Package>()
  for (const each of packages) {
    const id = `${each.name} in ${each.region}`
    const other = seen.get(id)
    if (other) throw new Error(`${other.directory} and ${each.directory} are both stack ${id}`)
    seen.set(id, each)
  }
}

const hasFunctions = ({ template }: Package): boolean =>
  isObject(template) &&
  isObject(template['Resources']) &&
  Object.values(template['Resources']).some(
    (item) => isObject(item) && item['Type'] === 'AWS::Lambda::Function',
  )
