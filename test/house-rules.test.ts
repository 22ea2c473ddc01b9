import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))

const text = (file: string): string => readFileSync(join(root, file), 'utf8')

const product = [...sources('functions'), ...sources('shared')]

/** `shared/sync/…` → sync; `functions/…` → functions. */
const roomOf = (file: string): string => file.split('/')[file.startsWith('shared/') ? 1 : 0] ?? ''

interface Import {
  readonly from: string
  /** A package, or a file relative to the root. */
  readonly to: string
}

const importsOf = (file: string): Import[] =>
  [
    ...text(file).matchAll(/^(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]/gm),
  ].map((match) => {
    const to = match[1] ?? match[2] ?? ''
    return { from: file, to: to.startsWith('.') ? relative(root, resolve(root, dirname(file), to)) : to }
  })

/** What each room may import, besides itself. */
const DOWNHILL: Record<string, readonly string[]> = {
  functions: ['runtime', 'sync', 'sources', 'destinations', 'ledger', 'endpoint'],
  runtime: ['sync', 'sources', 'destinations', 'ledger', 'endpoint'],
  sync: ['sources', 'destinations', 'ledger', 'endpoint'],
  sources: ['endpoint'],
  destinations: ['endpoint'],
  ledger: ['endpoint'],
  endpoint: [],
}

/** The only packages, and the rooms or files that may name them. */
const PACKAGES: readonly { readonly pattern: RegExp; readonly where: RegExp }[] = [
  {
    pattern: /^@aws-sdk\//,
    where: /^shared\/(runtime|ledger)\/|^shared\/destinations\/pinpoint[a-z-]*\.ts$/,
  },
  { pattern: /^@middy\/core$/, where: /^shared\/runtime\/door\.ts$/ },
  { pattern: /^@aws-lambda-powertools\//, where: /^shared\/runtime\// },
  { pattern: /^#mapping$/, where: /^shared\/runtime\/wire\.ts$/ },
  { pattern: /^#drop-mappings$/, where: /^shared\/runtime\/drop-doors\.ts$/ },
  { pattern: /^zod$/, where: /^shared\/(runtime|sources)\// },
  { pattern: /^aws-lambda$/, where: /^(functions|shared\/runtime)\// },
  { pattern: /^node:crypto$/, where: /^shared\// },
  { pattern: /^node:buffer$/, where: /^shared\/sources\/csv\// },
  { pattern: /^node:(stream|stream\/promises|zlib)$/, where: /^shared\/(sync|runtime)\// },
]

const uphill = ({ from, to }: Import): boolean => {
  if (!to.startsWith('shared/') && !to.startsWith('functions/')) return true
  return roomOf(to) !== roomOf(from) && !(DOWNHILL[roomOf(from)] ?? []).includes(roomOf(to))
}

describe('the rooms of the house', () => {
  it('import one way only', () => {
    const wrong = product
      .flatMap(importsOf)
      .filter((each) => each.to.includes('/') && each.to.endsWith('.ts') && uphill(each))
    expect(wrong).toEqual([])
  })

  it('name each package only where it belongs', () => {
    const wrong = product
      .flatMap(importsOf)
      .filter(({ to }) => !to.endsWith('.ts'))
      .filter(({ from, to }) => !PACKAGES.some(({ pattern, where }) => pattern.test(to) && where.test(from)))
    expect(wrong).toEqual([])
  })

  it.each([
    ['process.env', /\bprocess\.env\b/, /^shared\/runtime\/config\.ts$/],
    ['the clock', /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bperformance\.now\(/, /^shared\/runtime\//],
    ['randomness', /\bMath\.random\(|\brandomUUID\(/, /^shared\/runtime\//],
    ['the console', /\bconsole\./, /^$/],
    ['the stage', /\b(localhost|127\.0\.0\.1|AWS_ENDPOINT_URL|_stage|emulat)/, /^$/],
  ])('keep %s at the rim', (_what, pattern, allowed) => {
    expect(product.filter((file) => pattern.test(text(file)) && !allowed.test(file))).toEqual([])
  })

  it('throw errors whose text a door may let out, or such as are known by their name', () => {
    expect(product.filter((file) => /\bthrow new Error\(/.test(text(file)))).toEqual([])
  })

  it('have doors of at most 30 lines, and no drawers', () => {
    expect(sources('functions').filter((file) => text(file).trimEnd().split('\n').length > 30)).toEqual([])
    const drawers = /(^|[/-])(utils?|helpers?|common|misc)([/.-]|$)/
    expect(
      [...product, ...sources('local'), ...sources('deploy')].filter((file) => drawers.test(file)),
    ).toEqual([])
  })

  it('are not known to the local services, which know nothing of the product', () => {
    const allowed = /^local\/(demo\/|main\.ts|options\.ts)/
    const wrong = sources('local')
      .flatMap(importsOf)
      .filter(({ from, to }) => /^(shared|functions|deploy|test)\//.test(to) && !allowed.test(from))
    expect(wrong).toEqual([])
  })

  it('open each file with a sentence that says what it is for', () => {
    const silent = [...product, ...sources('local'), ...sources('deploy')].filter(
      (file) => !/^(#!.*\n)?\/\*\*/.test(text(file)),
    )
    expect(silent).toEqual([])
  })
})

/** States that call a door which another state of the machine is named after. */
const SECOND_USES = new Set(['Record lost region', 'Close unprepared'])

describe('the doors', () => {
  const hub = JSON.parse(text('dist/hub-us-east-1/cloudformation-template-update-stack.json')) as {
    Resources: Record<string, { Type: string; Properties: { Handler?: string } }>
  }
  const handlers = Object.values(hub.Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function' ? [Properties.Handler ?? ''] : [],
  )

  it('are each deployed, and nothing else is', () => {
    const deployed = new Set(
      handlers.map((handler) => /^\.build\/([^/]+)\/index\.handler$/.exec(handler)?.[1] ?? handler),
    )
    expect([...deployed].sort()).toEqual(
      sources('functions')
        .map((file) => file.replace(/^functions\/|\.ts$/g, ''))
        .sort(),
    )
  })

  it('of a machine are called like its states', () => {
    for (const file of readdirSync(join(root, 'statemachines'))) {
      const states = [
        ...text(`statemachines/${file}`).matchAll(
          /"([A-Z][^"]*)": \{\s*"Type": "Task"[^}]*?"Resource": "\$\{(\w+)\}"/g,
        ),
      ]
      expect(states.length).toBeGreaterThan(0)
      for (const [, state = '', substitution = ''] of states) {
        const words = state.split(' ').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
        if (!SECOND_USES.has(state)) expect(words.join('')).toBe(substitution)
      }
    }
  })
})
