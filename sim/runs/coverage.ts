/** What histories have come to: a check that never sees its case proves nothing. */
import type { Fact } from '../history/facts.ts'
import { FAULT_KINDS } from '../history/weather.ts'
import type { FaultKind } from '../history/weather.ts'

/** Things that must happen sometimes, besides the faults. */
const SIGHTS = [
  'write of a new item',
  'delete of an item',
  'item comes back',
  'send with ALL',
  'send with NONE',
  'send without a word on consent',
  'send as INACTIVE',
  'send of a farewell',
  'delete in a Region',
  'batch of many',
  'single after a refused batch',
  'batch refused',
  'proof read',
  'lost change found',
  'throttled',
  'answer unknown',
  'caller died in a call',
  'twin made INACTIVE by Pinpoint',
  'foreign opt-out',
  'opt-out heard from a Region',
  'item set aside',
  'breaker open',
  'marker of endpoints',
  'delayed marker',
  'invocation crashed',
  'invocation timed out',
  'file dropped',
  'import job',
  'import job failed',
  'row in effect',
  'row opts out',
  'row brings somebody new',
  'row refused',
  'rows left out',
  'load failed',
] as const
type Sight = (typeof SIGHTS)[number]

export interface Coverage {
  see(facts: readonly Fact[], faults: ReadonlyMap<FaultKind, number>): void
  readonly faults: () => Readonly<Record<string, number>>
  readonly sights: () => Readonly<Record<string, number>>
  /** Faults and sights that have not come up. */
  readonly missing: () => readonly string[]
}

export const coverageOf = (): Coverage => {
  const faults = new Map<FaultKind, number>(FAULT_KINDS.map((kind) => [kind, 0]))
  const sights = new Map<Sight, number>(SIGHTS.map((sight) => [sight, 0]))
  return {
    see(facts, struck) {
      for (const [kind, count] of struck) faults.set(kind, (faults.get(kind) ?? 0) + count)
      const seeing = eyes()
      for (const fact of facts)
        for (const sight of seeing(fact)) sights.set(sight, (sights.get(sight) ?? 0) + 1)
    },
    faults: () => Object.fromEntries(faults),
    sights: () => Object.fromEntries(sights),
    missing: () => [...faults, ...sights].flatMap(([name, count]) => (count === 0 ? [name] : [])),
  }
}

type Look = { readonly [Kind in Fact['kind']]?: (fact: Extract<Fact, { kind: Kind }>) => readonly Sight[] }

const LOOKS: Look = {
  called: (fact) => sightsOfCall(fact),
  answered: (fact) => sightsOfAnswer(fact),
  effect: (fact) => sightsOfEffect(fact),
  told: ({ text }) => [
    ...(text.includes('"isBreakerOpen":true') ? (['breaker open'] as const) : []),
    ...(/"lost":[1-9]/.test(text) ? (['lost change found'] as const) : []),
  ],
  message: ({ body }) =>
    body.includes('"ids"') ? ['marker of endpoints', 'opt-out heard from a Region'] : [],
  invocation: ({ how }) =>
    how === 'crashed' ? ['invocation crashed'] : how === 'timed out' ? ['invocation timed out'] : [],
  parked: () => ['item set aside'],
  abandoned: () => ['caller died in a call'],
  delayed: () => ['delayed marker'],
  dropped: () => ['file dropped'],
  job: ({ state }) =>
    state === 'created' ? ['import job'] : state === 'failed' ? ['import job failed'] : [],
  'refused row': () => ['row refused'],
  loaded: ({ result, left }) => [
    ...(result === 'failed' ? (['load failed'] as const) : []),
    ...(left > 0 ? (['rows left out'] as const) : []),
  ],
}

/** Looks at the facts of one history. */
const eyes = (): ((fact: Fact) => readonly Sight[]) => {
  const items = new Map<string, boolean>()
  const written = ({ key, said }: Extract<Fact, { kind: 'written' }>): readonly Sight[] => {
    const before = items.get(key)
    items.set(key, said.length > 0)
    if (said.length === 0) return ['delete of an item']
    if (before === undefined) return ['write of a new item']
    return before ? [] : ['item comes back']
  }
  return (fact) =>
    fact.kind === 'written'
      ? written(fact)
      : ((LOOKS[fact.kind] as ((of: Fact) => readonly Sight[]) | undefined)?.(fact) ?? [])
}

const sightsOfCall = ({ operation, items }: Extract<Fact, { kind: 'called' }>): Sight[] => {
  if (operation === 'get') return ['proof read']
  if (operation === 'delete') return ['delete in a Region']
  return [
    ...(items.length > 1 ? (['batch of many'] as const) : []),
    ...(operation === 'single' ? (['single after a refused batch'] as const) : []),
    ...items.flatMap(({ optOut, status, version }): Sight[] => [
      optOut === 'ALL'
        ? 'send with ALL'
        : optOut === 'NONE'
          ? 'send with NONE'
          : 'send without a word on consent',
      ...(status === 'INACTIVE' ? (['send as INACTIVE'] as const) : []),
      ...(status === 'INACTIVE' && optOut === 'ALL' && version === undefined
        ? (['send of a farewell'] as const)
        : []),
    ]),
  ]
}

const sightsOfAnswer = ({ call, answer }: Extract<Fact, { kind: 'answered' }>): Sight[] => {
  if (answer === 'throttled') return ['throttled']
  if (answer === 'unknown') return ['answer unknown']
  return answer === 'refused' && call.operation === 'batch' ? ['batch refused'] : []
}

const sightsOfEffect = ({ by, before, after }: Extract<Fact, { kind: 'effect' }>): Sight[] => {
  if (by === 'import')
    return [
      'row in effect',
      ...(before ? [] : (['row brings somebody new'] as const)),
      ...(before?.optOut === 'NONE' && after?.optOut === 'ALL' ? (['row opts out'] as const) : []),
    ]
  if (by === 'stop') return before?.optOut === 'NONE' ? ['foreign opt-out'] : []
  return by === 'twin' ? ['twin made INACTIVE by Pinpoint'] : []
}
