/** Is each function what we say we run, small, and nothing but the product? */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { FAULTS_PATH } from '../../local/pinpoint/faults-http.ts'
import { STAGE_PATH } from '../../local/stage/controls.ts'
import { readConfig } from '../../shared/runtime/config.ts'
import { textOf } from './resolved.ts'
import { at, isObject, resourcesOf } from './templates.ts'
import type { Template } from './templates.ts'

/** Lambda's quota for all variables of a function. */
const ENVIRONMENT_BYTES = 4096

export const functionProblems = (template: Template): string[] =>
  resourcesOf(template, 'AWS::Lambda::Function').flatMap(({ id, properties }) => {
    const problems: [boolean, string][] = [
      [properties['Runtime'] === 'nodejs24.x', 'does not run on nodejs24.x'],
      [JSON.stringify(properties['Architectures']) === '["arm64"]', 'does not run on arm64'],
      [typeof properties['Timeout'] === 'number', 'has no time-out of its own'],
      [typeof properties['MemorySize'] === 'number', 'has no memory size of its own'],
      [environmentSize(template, properties) <= ENVIRONMENT_BYTES, 'has more than 4 KB of environment'],
    ]
    return problems.filter(([holds]) => !holds).map(([, problem]) => `${id}: ${problem}`)
  })

const environmentSize = (template: Template, properties: unknown): number =>
  Object.entries(environmentOf(template, properties))
    .map(([name, value]) => Buffer.byteLength(name + value))
    .reduce((sum, size) => sum + size, 0)

const environmentOf = (template: Template, properties: unknown): Readonly<Record<string, string>> => {
  const variables = at(properties, 'Environment.Variables')
  return Object.fromEntries(
    Object.entries(isObject(variables) ? variables : {}).map(([name, value]) => [
      name,
      textOf(template, value),
    ]),
  )
}

/** Every function can read its environment, and the queues that it makes out of it are those of the template. */
export const environmentProblems = (template: Template): string[] => {
  const queues = resourcesOf(template, 'AWS::SQS::Queue').map(({ id }) => textOf(template, { Ref: id }))
  return resourcesOf(template, 'AWS::Lambda::Function').flatMap(({ id, properties }) => {
    const environment = { AWS_REGION: template.region, ...environmentOf(template, properties) }
    try {
      return readConfig(environment)
        .regions.flatMap(({ urgent, bulk, urgentDead, bulkDead }) => [urgent, bulk, urgentDead, bulkDead])
        .filter((url) => !queues.includes(url))
        .map((url) => `${id}: there is no queue ${url}`)
    } catch (error) {
      return [`${id}: ${(error as Error).message}`]
    }
  })
}

/** Reads the zips that lie beside the template. */
export const codeProblems = (template: Template): string[] =>
  resourcesOf(template, 'AWS::Lambda::Function').flatMap(({ properties }) => {
    const zip = basename(String(at(properties, 'Code.S3Key')))
    const handler = String(properties['Handler']).replace(/\.\w+$/u, '.mjs')
    return zipProblems(zip, readFileSync(join(template.folder, zip)), handler)
  })

const UNPACKED_BYTES = 1_500_000

/** What the stage says and no library does; the SDK itself says AWS_ENDPOINT_URL and 127.0.0.1. */
const FOREIGN = ['sourceMappingURL', STAGE_PATH, FAULTS_PATH, 'is not emulated']

/** `main` is the one file that there should be. */
export const zipProblems = (name: string, zip: Uint8Array, main: string): string[] => {
  const files = Object.entries(unzipSync(zip))
  const names = files.map(([file]) => file)
  const [[, content] = ['', new Uint8Array()]] = files
  const text = strFromU8(content)
  return [
    ...(names.length === 1 && names[0] === main
      ? []
      : [`${name}: holds ${names.join(', ')} and should hold ${main}`]),
    ...(content.length > UNPACKED_BYTES ? [`${name}: is ${content.length} bytes unpacked`] : []),
    ...FOREIGN.filter((word) => text.includes(word)).map((word) => `${name}: says ${word}`),
  ]
}

/** Of the source files in a bundle, those that are no part of the product. */
export const sourceProblems = (
  sources: readonly string[],
  developmentPackages: readonly string[],
): string[] =>
  sources.flatMap((source) => {
    const [, library] = /node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(source) ?? []
    if (library !== undefined) {
      return developmentPackages.includes(library) ? [`${source}: is of a package for development`] : []
    }
    // The mapping lies beside the regions.json that chooses it, which may be elsewhere.
    const isProduct = /^(?:functions|shared)\/|(?:^|\/)mappings\/[\w-]+\.json$/u.test(source)
    return isProduct ? [] : [`${source}: is no part of the product`]
  })
