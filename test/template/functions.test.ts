import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { packageStacks } from '../../deploy/package.ts'
import { laneOf } from '../../deploy/regions.js'
import { PINPOINT_REGIONS } from '../../deploy/regions-file.ts'
import { alarmProblems } from './alarms.ts'
import {
  codeProblems,
  environmentProblems,
  functionProblems,
  sourceProblems,
  zipProblems,
} from './functions.ts'
import { queueProblems } from './data-protection.ts'
import { eventSourceProblems } from './event-sources.ts'
import { cycleProblems, danglingProblems } from './links.ts'
import { permissionProblems } from './permissions.ts'
import { shapeProblems } from './shape.ts'
import { readTemplates, resourcesOf } from './templates.ts'
import { stackWith, tell, templates } from './told.ts'
import { trustProblems } from './trust.ts'

const open = 'OpenDashcopyLambdaFunction'

tell(functionProblems, 'every function is what we say we run', [
  [`${open}.Properties.Runtime`, 'nodejs22.x', `${open}: does not run on nodejs24.x`],
  [`${open}.Properties.Architectures`, undefined, `${open}: does not run on arm64`],
  [`${open}.Properties.Timeout`, undefined, `${open}: has no time-out of its own`],
  [`${open}.Properties.MemorySize`, undefined, `${open}: has no memory size of its own`],
  [
    `${open}.Properties.Environment.Variables.REGIONS`,
    { 'Fn::Sub': 'é${AWS::Region}'.repeat(400) },
    `${open}: has more than 4 KB of environment`,
  ],
])

const { region } = stackWith('CsvDrop')
const urgent = `samepoint-urgent-${region}`

tell(environmentProblems, 'every function can read what it is told, and finds the queues', [
  [
    `${open}.Properties.Environment.Variables.LEDGER_TABLE`,
    undefined,
    `${open}: the environment is not complete: LEDGER_TABLE (Invalid input: expected string, received undefined)`,
  ],
  [
    `${laneOf(region, 'urgent')}.Properties.QueueName`,
    'other',
    `${open}: there is no queue https://sqs.${region}.amazonaws.com/123456789012/${urgent}`,
  ],
])

describe('the code of a function', () => {
  it.each(templates)('is one small file in the $stack stack of $region', (template) => {
    expect(codeProblems(template)).toEqual([])
  })

  it.each([
    [
      'a second file',
      { 'index.mjs': 'x', 'index.mjs.map': 'x' },
      'f.zip: holds index.mjs, index.mjs.map and should hold index.mjs',
    ],
    ['another file', { 'main.mjs': 'x' }, 'f.zip: holds main.mjs and should hold index.mjs'],
    ['too much', { 'index.mjs': 'x'.repeat(1_500_001) }, 'f.zip: is 1500001 bytes unpacked'],
    ['a source map', { 'index.mjs': '//# sourceMappingURL=x' }, 'f.zip: says sourceMappingURL'],
    ['the stage', { 'index.mjs': 'get("/_stage")' }, 'f.zip: says /_stage'],
  ])('may not be %s', (_, files, problem) => {
    const zip = zipSync(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])),
    )
    expect(zipProblems('f.zip', zip, 'index.mjs')).toEqual([problem])
  })
})

/** Another project folder, with a project in every Region where Pinpoint has been. */
const everywhere = await (async () => {
  const folder = await mkdtemp(join(tmpdir(), 'samepoint-everywhere-'))
  const root = join(import.meta.dirname, '../..')
  for (const name of ['package.json', 'serverless.yml', 'deploy', 'statemachines', 'mappings']) {
    await cp(join(root, name), join(folder, name), { recursive: true })
  }
  const applications = PINPOINT_REGIONS.map((region, index) => [region, index.toString(16).repeat(32)])
  const [hub, standby] = PINPOINT_REGIONS
  const regions = {
    hub,
    primary: hub,
    standby,
    mapping: 'mappings/endpoint.json',
    dropMappings: 'mappings/drops.json',
    applications: Object.fromEntries(applications) as object,
  }
  await writeFile(join(folder, 'regions.json'), JSON.stringify(regions))
  const sources = await packageStacks([{ name: 'hub', region: hub }], folder)
  return { folder, sources, templates: await readTemplates(join(folder, 'dist')) }
})()

afterAll(() => rm(everywhere.folder, { recursive: true, force: true }))

describe('a second packaging, elsewhere and for all twelve Regions', () => {
  it('keeps every quota', async () => {
    const [hub] = everywhere.templates
    if (!hub) throw new Error('nothing was packaged')
    const checks = [shapeProblems, danglingProblems, cycleProblems, permissionProblems, trustProblems]
    const lanes = [queueProblems, eventSourceProblems, alarmProblems]
    for (const check of [...checks, ...lanes, functionProblems, environmentProblems, codeProblems]) {
      expect(await check(hub)).toEqual([])
    }
    expect(resourcesOf(hub, 'AWS::Lambda::EventSourceMapping')).toHaveLength(2 * PINPOINT_REGIONS.length + 2)
    expect(Object.keys(hub.resources).length).toBeLessThanOrEqual(500)
    expect(JSON.stringify(hub.resources).length).toBeLessThan(1_000_000)
  })

  it('gives the same zips, byte for byte', async () => {
    const hub = stackWith('CsvDrop')
    for (const name of [`send-changes-${hub.region}.zip`, 'prepare-file.zip', 'open-copy.zip']) {
      const [first, second] = await Promise.all(
        [hub.folder, everywhere.templates[0]?.folder ?? ''].map((folder) => readFile(join(folder, name))),
      )
      expect(first?.equals(second ?? Buffer.of()), name).toBe(true)
    }
  })

  it('bundles the product and what it depends on, and nothing else', async () => {
    const manifest = await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')
    const { devDependencies } = JSON.parse(manifest) as { devDependencies: Record<string, string> }
    const development = Object.keys(devDependencies)
    expect(everywhere.sources).toContain('functions/open-copy.ts')
    expect(sourceProblems(everywhere.sources, development)).toEqual([])
    expect(
      sourceProblems(
        ['local/clock.ts', 'node_modules/fflate/x.js', 'node_modules/@aws-sdk/client-lambda/i.js'],
        development,
      ),
    ).toEqual([
      'local/clock.ts: is no part of the product',
      'node_modules/fflate/x.js: is of a package for development',
      'node_modules/@aws-sdk/client-lambda/i.js: is of a package for development',
    ])
  })
})
