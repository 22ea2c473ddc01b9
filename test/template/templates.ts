/** The packaged CloudFormation, as the checks read it, and copies of it with one thing changed. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type Json = Readonly<Record<string, unknown>>

export interface Resource {
  readonly Type: string
  readonly Properties?: Json
  readonly Condition?: string
  readonly DependsOn?: string | readonly string[]
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}

export interface Template {
  /** `hub` or `regional`. */
  readonly stack: string
  readonly region: string
  /** Holds the zips. */
  readonly folder: string
  /** By logical id. */
  readonly resources: Readonly<Record<string, Resource>>
  readonly conditions: Json
  readonly outputs: Json
}

/** One sentence a fault, beginning with where it is; none for a template that is as it should be. */
export type Check = (template: Template) => readonly string[] | Promise<readonly string[]>

/** Every packaged stack of a folder. */
export const readTemplates = async (packages: string): Promise<Template[]> =>
  Promise.all((await readdir(packages)).sort().map((name) => readTemplate(join(packages, name))))

const readTemplate = async (folder: string): Promise<Template> => {
  const json = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8')) as unknown
  const { name, region } = (await json('stack.json')) as { name: string; region: string }
  const template = (await json('cloudformation-template-update-stack.json')) as {
    Resources: Template['resources']
    Conditions?: Json
    Outputs?: Json
  }
  const { Resources: resources, Conditions: conditions = {}, Outputs: outputs = {} } = template
  return { stack: name, region, folder, resources, conditions, outputs }
}

export const resourcesOf = (template: Template, type: string) =>
  Object.entries(template.resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties = {}, ...attributes }]) => ({ id, properties: Properties, attributes }))

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands at `path` within `value`, its parts set apart by dots; undefined where there is nothing. */
export const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Json | undefined)?.[key], value)

/** A value that CloudFormation lets be one thing or a list of them. */
export const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

/** A copy with `value` at `path`, which begins with a logical id; `undefined` takes away what is there. */
export const changed = (template: Template, path: string, value: unknown): Template => {
  const resources = structuredClone(template.resources)
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  const holder = keys.length === 0 ? resources : at(resources, keys.join('.'))
  if (typeof holder !== 'object' || holder === null) throw new Error(`the template has no ${keys.join('.')}`)
  if (value === undefined) Reflect.deleteProperty(holder, last)
  else Reflect.set(holder, last, value)
  return { ...template, resources }
}
