/** Facts for the monitors' tests: a small history is written down by hand. */
import type { Answered, Call, CallItem, Fact, Said, Statement } from '../../sim/history/facts.ts'

export const REGION = 'us-west-2'

export const said = (id: string, more: Partial<Said> = {}): Said => ({
  ...{ id, address: `${id}@example.com`, channel: 'EMAIL', fitness: 'fit', isInactive: false },
  ...{ attributes: {}, metrics: {}, city: undefined, platform: undefined },
  ...{ userId: undefined, userAttributes: {}, consent: undefined },
  ...more,
})

export const statement = (value: Statement['value'], at?: number): Statement => ({
  value,
  at: at === undefined ? undefined : new Date(at).toISOString(),
})

export const written = (at: number, version: number, ids: readonly (string | Said)[], key = 'ada'): Fact => ({
  kind: 'written',
  at,
  version,
  key,
  said: ids.map((each) =>
    typeof each === 'string'
      ? said(each, { attributes: { Version: [String(version)] } })
      : { ...each, attributes: { ...each.attributes, Version: [String(version)] } },
  ),
})

export const callOf = (at: number, number: number, more: Partial<Call> = {}): Call => ({
  ...{ number, at, region: REGION, operation: 'batch', host: 'host', began: at - 100, items: [] },
  ...more,
})

export const item = (id: string, version?: number, more: Partial<CallItem> = {}): CallItem => ({
  ...{ id, version, optOut: undefined, status: 'ACTIVE' },
  ...more,
})

export const called = (call: Call): Fact => ({ kind: 'called', ...call })

export const answered = (
  at: number,
  call: Call,
  answer: Answered = 'accepted',
  lost: string[] = [],
): Fact => ({
  ...{ kind: 'answered', at, call, answer, lost },
})

type Effect = Extract<Fact, { kind: 'effect' }>

export const effect = (at: number, id: string, more: Partial<Effect> = {}): Fact => ({
  ...{ kind: 'effect', at, region: REGION, call: undefined, id, by: 'put', before: undefined },
  after: shown(),
  ...more,
})

export const shown = (version?: number, optOut: 'ALL' | 'NONE' = 'NONE', status = 'ACTIVE') => ({
  version,
  optOut,
  status,
})

export const consent = (at: number, id: string, value: 'ALL' | 'NONE', saidAt: number): Fact => ({
  ...{ kind: 'consent', at, id, value, said: new Date(saidAt).toISOString() },
})
