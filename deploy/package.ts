/** `npm run package`: bundles every function and writes CloudFormation for the hub and for each Region, offline. */
import { execFile } from 'node:child_process'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { readParameters } from './parameters.ts'
import type { PackageParameters } from './parameters.ts'
import { readRegions } from './regions-file.ts'
import { UserError } from './user-error.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

export interface Stack {
  readonly name: string
  readonly region: string
}

/** Where the packaged stacks lie: a folder for each, with its template, its zips and a `stack.json`. */
export const PACKAGES = join(root, 'dist')

/** Bundles and packages everything; resolves to the stacks written, hub last. Rejects with what `serverless` said. */
export const packageAll = async (parameters: PackageParameters = {}): Promise<Stack[]> => {
  const { hub, applications } = await readRegions()
  const stacks = [
    ...Object.keys(applications).map((region) => ({ name: 'regional', region })),
    { name: 'hub', region: hub },
  ]
  await packageStacks(stacks, root, parameters)
  return stacks
}

/**
 * Packages `stacks` into the `dist` of `folder`: the project, or a folder with a package.json, serverless.yml, deploy/,
 * statemachines/, mappings/ and regions.json of its own. Resolves to the project's source files that are in the bundles.
 */
export const packageStacks = async (
  stacks: readonly Stack[],
  folder = root,
  parameters: PackageParameters = {},
): Promise<string[]> => {
  await Promise.all(
    ['.build', 'dist', '.serverless'].map((each) => rm(join(folder, each), { recursive: true, force: true })),
  )
  const { mapping, dropMappings } = await readRegions(join(folder, 'regions.json'))
  const data = { '#mapping': mapping, '#drop-mappings': dropMappings }
  const sources = await bundle(join(folder, '.build'), data)
  // One after another: two packagings from one folder lose each other's files.
  for (const stack of stacks) await packageStack(stack, folder, parameters)
  return sources
}

/** One ESM bundle a function, everything in it but Node itself. `data`: the files that stand for these names in them. */
const bundle = async (outdir: string, data: Record<string, string>): Promise<string[]> => {
  const names = (await readdir(join(root, 'functions'))).map((file) => file.replace(/\.ts$/, ''))
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: `functions/${name}.ts`, out: `${name}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    alias: data,
    // Some dependencies are CommonJS and call require('node:…').
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    metafile: true,
  })
  return Object.keys(metafile.inputs)
}

const packageStack = async (
  { name, region }: Stack,
  cwd: string,
  parameters: PackageParameters,
): Promise<void> => {
  const folder = join(cwd, 'dist', `${name}-${region}`)
  await mkdir(folder, { recursive: true })
  const given = Object.entries({ ...parameters, role: name }).flatMap(([key, value]) => [
    '--param',
    `${key}=${value}`,
  ])
  const options = ['package', '--region', region, ...given, '--package', folder]
  await run(join(root, 'node_modules/.bin/serverless'), options, {
    cwd,
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
      SLS_NOTIFICATIONS_MODE: 'off',
    },
  })
  await writeFile(join(folder, 'stack.json'), JSON.stringify({ name, region }))
}

if (import.meta.main) {
  try {
    const stacks = await packageAll(readParameters(process.argv.slice(2)))
    for (const { name, region } of stacks)
      console.log(`dist/${name}-${region}/cloudformation-template-update-stack.json`)
  } catch (error) {
    // A person's mistake is one line; anything else is ours, and wants its stack.
    console.error(error instanceof UserError ? `npm run package: ${error.message}` : error)
    process.exitCode = 1
  }
}
