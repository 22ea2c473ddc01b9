import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { strToU8, zipSync } from 'fflate'
import { createFunctionCode } from '../../local/cloudformation/function-code.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'code-'))
})
afterEach(() => rm(folder, { recursive: true }))

const unpack = async (zip: Uint8Array) => {
  await writeFile(join(folder, 'work.zip'), zip)
  return createFunctionCode(join(folder, 'code')).unpack(folder, 'serverless/demo/1-2026/work.zip')
}

test('a zip is unpacked as it is, by the base name of its key', async () => {
  const directory = await unpack(zipSync({ '.build/work/index.mjs': strToU8('export {}') }))
  expect(await readFile(join(directory, '.build/work/index.mjs'), 'utf8')).toBe('export {}')
})

test('the code is cut off from any package.json around it', async () => {
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await unpack(zipSync({ 'index.js': strToU8('module.exports = {}') }))
  expect(await readFile(join(folder, 'code', 'package.json'), 'utf8')).toBe('{}\n')
})

test('a zip that reaches out of its directory is refused', async () => {
  await expect(unpack(zipSync({ '../../../evil.mjs': strToU8('') }))).rejects.toThrow(
    'reaches out of its directory: ../../../evil.mjs',
  )
  expect(await readdir(folder)).not.toContain('evil.mjs')
})

test('what is no zip, and a zip that is not there, are named', async () => {
  await expect(unpack(strToU8('not a zip'))).rejects.toThrow('work.zip is not a zip file')
  const missing = createFunctionCode(join(folder, 'code')).unpack(folder, 'a/missing.zip')
  await expect(missing).rejects.toThrow(`there is no ${join(folder, 'missing.zip')}`)
})
