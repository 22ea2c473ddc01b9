import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { packageStacks } from '../../deploy/package.ts'
import { readTemplates } from './templates.ts'
import { stackWith } from './told.ts'
import type { Template } from './templates.ts'

const root = join(import.meta.dirname, '../..')

/** The same product, for a table of customers. */
const customers = await (async () => {
  const folder = await mkdtemp(join(tmpdir(), 'samepoint-customers-'))
  for (const name of [
    'package.json',
    'serverless.yml',
    'deploy',
    'statemachines',
    'mappings',
    'regions.json',
  ]) {
    await cp(join(root, name), join(folder, name), { recursive: true })
  }
  const regions = JSON.parse(await readFile(join(root, 'regions.json'), 'utf8')) as { hub: string }
  await writeFile(
    join(folder, 'regions.json'),
    JSON.stringify({ ...regions, mapping: 'mappings/customer.json' }),
  )
  await packageStacks([{ name: 'hub', region: regions.hub }], folder)
  const [hub] = await readTemplates(join(folder, 'dist'))
  if (!hub) throw new Error('nothing was packaged')
  return { folder, hub }
})()

afterAll(() => rm(customers.folder, { recursive: true, force: true }))

const table = ({ resources }: Template) => resources['CustomerTable']?.Properties

const bundle = async ({ folder }: Template, name: string): Promise<string> =>
  Object.values(unzipSync(await readFile(join(folder, `${name}.zip`))))
    .map((file) => strFromU8(file))
    .join('')

describe('the mapping that regions.json chooses', () => {
  it.each([
    ['Id', stackWith('CustomerTable')],
    ['CustomerId', customers.hub],
  ])('gives the customer table its key %s', (key, hub) => {
    expect(table(hub)).toMatchObject({
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    })
  })

  it('of dropped files is where they are prepared', async () => {
    expect(await bundle(stackWith('CustomerTable'), 'prepare-file')).toContain('crm-export')
  })

  it('is in the functions, and no other', async () => {
    const template = '{CustomerId}-device-{.DeviceId}'
    expect(await bundle(customers.hub, 'mark-dirty')).toContain(template)
    expect(await bundle(customers.hub, 'mark-dirty')).not.toContain('"{Id}"')
    expect(await bundle(stackWith('CustomerTable'), 'mark-dirty')).toContain('"{Id}"')
    expect(await bundle(stackWith('CustomerTable'), 'mark-dirty')).not.toContain(template)
  })
})
