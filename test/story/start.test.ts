import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRegions } from '../../deploy/regions-file.ts'
import { checkDataDirectory, openDataDirectory } from '../../local/stage/data-directory.ts'

const root = join(import.meta.dirname, '../..')

const start = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, ['local/main.ts', ...args], { cwd: root }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err })
    })
  })

describe('npm start and a mistake', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'samepoint-start-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it.each([
    [
      'a file that is not there',
      ['--drop', '/nowhere/customers.csv'],
      'there is no file /nowhere/customers.csv',
    ],
    ['a folder for a file', ['--drop', tmpdir()], 'is not a file'],
    ['a port that is none', ['--port', 'http'], 'expected a number from 0 to 65535, got http'],
    ['a port beyond the last', ['--port', '70000'], 'expected a number from 0 to 65535, got 70000'],
    ['an option that there is not', ['--dorp', 'x'], "Unknown option '--dorp'"],
  ])('says in one line what to do about %s', async (_what, args, says) => {
    const { code, out, err } = await start(...args)
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(err.trimEnd().split('\n')).toHaveLength(1)
    expect(err).toContain(says)
  })

  it('says so of a port in use, before it does any work', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, out, err } = await start('--port', String(port), '--data', folder)
    other.close()
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toBe(
      'npm start: that port is in use: give another with --port, or --port 0 for any that is free\n',
    )
    expect(await readdir(folder)).toEqual([])
  })

  it("leaves a folder alone that is somebody else's", async () => {
    await writeFile(join(folder, 'thesis.txt'), 'mine')
    const { code, err } = await start('--port', '0', '--data', folder)
    expect(code).toBe(1)
    expect(err).toContain('is not empty and was not made by the local Regions')
    expect(await readdir(folder)).toEqual(['thesis.txt'])
  })

  it('leaves the folder alone of Regions that are up, and takes over that of Regions that are not', async () => {
    const stop = await openDataDirectory(folder)
    const { code, err } = await start('--port', '0', '--data', folder)
    expect(code).toBe(1)
    expect(err).toContain('is in use by local Regions that are up')
    await stop.release()
    expect(await checkDataDirectory(folder)).toEqual(['.local-regions'])
  })

  it('says how it can be told more', async () => {
    expect(await start('--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('--drop FILE') as string,
      err: '',
    })
  })
})

describe('regions.json and a mistake', () => {
  const good = {
    hub: 'us-east-1',
    primary: 'us-east-1',
    standby: 'eu-west-1',
    mapping: 'mapping.json',
    dropMappings: 'drops.json',
    applications: { 'us-east-1': 'a'.repeat(32), 'eu-west-1': 'b'.repeat(32) },
  }
  it.each([
    ['an unknown Region', { ...good, standby: 'eu-west-9' }, 'standby: "eu-west-9" is no Region of Pinpoint'],
    [
      'an unknown Region of a project',
      { ...good, applications: { ...good.applications, 'mars-1': 'c'.repeat(32) } },
      'mars-1',
    ],
    [
      'a Region without a project',
      { ...good, standby: 'us-west-2' },
      'standby is us-west-2, which applications does not list',
    ],
    ['one Region for both', { ...good, standby: 'us-east-1' }, 'primary and standby are both us-east-1'],
    [
      'a project id that is none',
      { ...good, applications: { ...good.applications, 'eu-west-1': 'x' } },
      'applications.eu-west-1: must be 32 hex digits',
    ],
    ['a word too many', { ...good, region: 'us-east-1' }, 'region'],
    ['no mapping', { ...good, mapping: undefined }, 'mapping: must be the path of a mapping file'],
    [
      'no mappings of drops',
      { ...good, dropMappings: 7 },
      'dropMappings: must be the path of a file of mappings',
    ],
  ])('says in one line what is wrong with %s', async (_what, content, says) => {
    const folder = await mkdtemp(join(tmpdir(), 'samepoint-regions-'))
    const file = join(folder, 'regions.json')
    await writeFile(file, JSON.stringify(content))
    await expect(readRegions(file)).rejects.toThrow(says)
    await expect(readRegions(file)).rejects.toThrow(/^regions\.json[^\n]*$/)
    await rm(folder, { recursive: true })
  })

  it('says in one line what is wrong with a mapping of dropped files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'samepoint-regions-'))
    const file = join(folder, 'regions.json')
    await writeFile(file, JSON.stringify({ ...good, mapping: join(root, 'mappings/endpoint.json') }))
    await writeFile(join(folder, 'drops.json'), JSON.stringify({ crm: { key: 'Id', endpoints: [{}] } }))
    await expect(readRegions(file)).rejects.toThrow(/^drops\.json: crm: endpoints\.0\.id: expected [^\n]*$/)
    await rm(folder, { recursive: true })
  })

  it.each([
    ['a mapping that is not there', undefined, 'mapping.json cannot be read: ENOENT'],
    ['a mapping that is no JSON', '{', 'mapping.json is no JSON'],
    [
      'two mistakes in a mapping',
      JSON.stringify({ key: 'Id', endpoints: [{ id: '{Id}', chanel: 'EMAIL', channel: 'EMAIL' }] }),
      'mapping.json: endpoints.0.chanel: unknown, expected channel; endpoints.0.address: expected the name of a field',
    ],
  ])('says in one line what is wrong with %s', async (_what, mapping, says) => {
    const folder = await mkdtemp(join(tmpdir(), 'samepoint-regions-'))
    const file = join(folder, 'regions.json')
    await writeFile(file, JSON.stringify(good))
    if (mapping) await writeFile(join(folder, 'mapping.json'), mapping)
    const error = await readRegions(file).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ name: 'UserError', message: expect.stringMatching(/^[^\n]*$/) as string })
    expect((error as Error).message).toContain(says)
    await rm(folder, { recursive: true })
  })
})
