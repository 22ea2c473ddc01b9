import { describe, expect, it } from 'vitest'
import type { EndpointResponse } from '../../local/pinpoint/endpoint.ts'
import type { Fact } from '../../sim/history/facts.ts'
import { convergenceOf } from '../../sim/monitors/convergence.ts'
import { lagsIn, quantile } from '../../sim/runs/paired.ts'
import { consent, effect, REGION, said, shown, statement, written } from './facts.ts'

const stored = (id: string, more: Partial<EndpointResponse> = {}): EndpointResponse => ({
  ...{ Id: id, ApplicationId: 'app', Address: `${id}@example.com`, ChannelType: 'EMAIL', OptOut: 'NONE' },
  ...{ EndpointStatus: 'ACTIVE', Attributes: { Version: ['1'] }, User: {} },
  ...more,
})

const judged = (facts: readonly Fact[], ...endpoints: EndpointResponse[]): string[] => {
  const byId = new Map(endpoints.map((endpoint) => [endpoint.Id, endpoint]))
  const region = { ids: () => [...byId.keys()], get: (id: string) => byId.get(id) }
  return convergenceOf(facts, new Map([[REGION, region]]), 0).map(({ id, what }) => `${id ?? ''} ${what}`)
}

describe('I1, convergence', () => {
  it('takes a Region that holds what the items say', () => {
    expect(judged([written(0, 1, ['ada'])], stored('ada'))).toEqual([])
  })
  it('fires on what is missing, on what is too much and on what is old', () => {
    expect(judged([written(0, 1, ['ada'])])).toEqual(['ada is not there'])
    expect(judged([written(0, 1, ['ada']), written(1, 2, [])], stored('ada'))).toEqual([
      'ada is there, and no item claims it',
    ])
    expect(judged([written(0, 1, ['ada']), written(1, 2, ['ada'])], stored('ada'))).toHaveLength(1)
  })
  it('fires on an attribute that should have been cleared', () => {
    const Attributes = { Version: ['1'], Plan: ['gold'] }
    expect(judged([written(0, 1, ['ada'])], stored('ada', { Attributes }))).toHaveLength(1)
  })
  it('has one ACTIVE endpoint an address: the newest', () => {
    const at = (id: string) => said(id, { address: 'home@example.com' })
    const facts = [written(0, 1, [at('ada')], 'ada'), written(1, 2, [at('bob')], 'bob')]
    const region = (ada: 'ACTIVE' | 'INACTIVE', bob: 'ACTIVE' | 'INACTIVE') => [
      stored('ada', { Address: 'home@example.com', EndpointStatus: ada }),
      stored('bob', { Address: 'home@example.com', EndpointStatus: bob, Attributes: { Version: ['2'] } }),
    ]
    expect(judged(facts, ...region('INACTIVE', 'ACTIVE'))).toEqual([])
    expect(judged(facts, ...region('ACTIVE', 'INACTIVE'))).toHaveLength(2)
  })
  it('has the user attributes of the newest item for every endpoint of a user', () => {
    const of = (id: string, name: string) => said(id, { userId: 'u', userAttributes: { FirstName: [name] } })
    const facts = [written(0, 1, [of('ada', 'Ada')], 'ada'), written(1, 2, [of('bob', 'Bob')], 'bob')]
    const user = (name: string) => ({ User: { UserId: 'u', UserAttributes: { FirstName: [name] } } })
    const bob = stored('bob', { ...user('Bob'), Attributes: { Version: ['2'] } })
    expect(judged(facts, stored('ada', user('Bob')), bob)).toEqual([])
    expect(judged(facts, stored('ada', user('Ada')), bob)).toHaveLength(1)
  })
  it('joins what was said: the newest, and of one instant the opt-out', () => {
    const says = (value: 'ALL' | 'NONE', at: number) =>
      written(0, 1, [said('ada', { consent: statement(value, at) })])
    const optedOut = stored('ada', { OptOut: 'ALL' })
    expect(judged([says('ALL', 5)], stored('ada'))).toEqual(['ada OptOut is NONE, not ALL'])
    expect(judged([says('NONE', 5), consent(6, 'ada', 'ALL', 5)], optedOut)).toEqual([])
    expect(judged([says('NONE', 7), consent(6, 'ada', 'ALL', 5)], optedOut)).toEqual([
      'ada OptOut is ALL, not NONE',
    ])
  })
  it('lets a Region keep an opt-out of its own, and not forget it', () => {
    const stop = effect(1, 'ada', { by: 'stop', before: shown(1), after: shown(1, 'ALL') })
    expect(judged([written(0, 1, ['ada']), stop], stored('ada', { OptOut: 'ALL' }))).toEqual([])
    expect(judged([written(0, 1, ['ada']), stop], stored('ada'))).toEqual([
      'ada forgets an opt-out of that Region',
    ])
  })
  it('asks of an item that no Region could take only its opt-out', () => {
    const unfit = said('ada', { fitness: 'no address' })
    expect(judged([written(0, 1, [unfit])])).toEqual([])
    const optsOut = { ...unfit, consent: statement('ALL', 5) }
    expect(judged([written(0, 1, [optsOut])], stored('ada'))).toEqual(['ada OptOut is NONE, not ALL'])
  })

  it('has who is only in files as the newest file has them, opted out by whichever', () => {
    const row = { id: 'eve', address: 'eve@example.com', attributes: { Version: ['1'] }, optsOut: false }
    const drop = (version: number): Fact => ({
      ...{ kind: 'dropped', at: version, run: `run-${version}`, version },
      rows: [{ ...row, attributes: { Version: [String(version)] } }],
    })
    const eve = (version: number, OptOut: 'ALL' | 'NONE' = 'NONE') =>
      stored('eve', { OptOut, Attributes: { Version: [String(version)] } })
    expect(judged([drop(1), drop(2)], eve(2))).toEqual([])
    expect(judged([drop(1), drop(2)], eve(1))).toHaveLength(1)
    expect(judged([drop(1)])).toEqual(['eve is not there'])
    expect(judged([drop(1), consent(2, 'eve', 'ALL', 1)], eve(1))).toEqual(['eve OptOut is NONE, not ALL'])
    expect(judged([drop(1), consent(2, 'eve', 'ALL', 1)], eve(1, 'ALL'))).toEqual([])
  })
  it('has who is in the table too as the table says, and asks no content of a row that was refused', () => {
    const row = { id: 'ada', address: 'other@example.com', attributes: { Version: ['2'] }, optsOut: false }
    const drop: Fact = { kind: 'dropped', at: 2, run: 'run', version: 2, rows: [row] }
    const byFile = stored('ada', { Address: 'other@example.com', Attributes: { Version: ['2'] } })
    expect(judged([written(0, 1, ['ada']), drop], stored('ada'))).toEqual([])
    expect(judged([written(0, 1, ['ada']), drop], byFile)).toHaveLength(1)
    const refused: Fact = { kind: 'refused row', at: 3, region: REGION, id: 'ada' }
    expect(judged([drop, refused])).toEqual([])
  })
})

describe('I6, lags', () => {
  it('are from the commit to the first that is as new', () => {
    const facts = [
      written(0, 1, ['ada']),
      written(10, 2, ['ada']),
      effect(30, 'ada', { after: shown(2) }),
      effect(50, 'ada', { after: shown(3) }),
    ]
    expect(lagsIn(facts, REGION)).toEqual([30, 20])
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2)
  })
})
