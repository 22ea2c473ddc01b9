/** The product packaged with other parameters, in a folder of its own. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageStacks } from '../../deploy/package.ts'
import type { PackageParameters } from '../../deploy/parameters.ts'
import { readRegions } from '../../deploy/regions-file.ts'

export interface Packaged {
  /** Where the stacks lie. */
  readonly packages: string
  remove(): Promise<void>
}

const ROOT = join(import.meta.dirname, '../..')
/** What packaging reads. */
const PARTS = ['package.json', 'serverless.yml', 'regions.json', 'deploy', 'statemachines', 'mappings']

export const packagedWith = async (parameters: PackageParameters): Promise<Packaged> => {
  const folder = await mkdtemp(join(tmpdir(), 'samepoint-packaged-'))
  for (const part of PARTS) await cp(join(ROOT, part), join(folder, part), { recursive: true })
  const { applications, hub } = await readRegions(join(folder, 'regions.json'))
  const regional = Object.keys(applications).map((region) => ({ name: 'regional', region }))
  await packageStacks([...regional, { name: 'hub', region: hub }], folder, parameters)
  return { packages: join(folder, 'dist'), remove: () => rm(folder, { recursive: true, force: true }) }
}
