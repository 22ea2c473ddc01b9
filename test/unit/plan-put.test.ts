import { describe, expect, it } from 'vitest'
import type { Consent } from '../../shared/endpoint/consent.ts'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import type { Stated } from '../../shared/sources/mapping.ts'
import { planPut } from '../../shared/sync/lane/plan-put.ts'
import type { Wanted } from '../../shared/sync/lane/plan-put.ts'
import type { Send } from '../../shared/sync/lane/plan.ts'

const NOW = Date.parse('2026-06-01T00:00:00.000Z')
const iso = (ms: number) => new Date(ms).toISOString()
const may = (day: number) => `2026-05-0${day}T00:00:00.000Z`

/** A row whose content is not one of those read back by sample. */
const row: Endpoint = {
  Id: 'e1',
  Address: 'ada@example.com',
  ChannelType: 'EMAIL',
  EndpointStatus: 'ACTIVE',
  Attributes: { Plan: ['gold'] },
}

interface Given extends Partial<Omit<Wanted, 'claim'>> {
  readonly endpoint?: Endpoint
  readonly stated?: Stated
  readonly problems?: Wanted['claim']['problems']
}

const think = ({ endpoint = row, stated, problems = [], ...more }: Given = {}) =>
  planPut({
    id: 'e1',
    key: 'k1',
    claim: { kind: 'fit', endpoint, stated, problems },
    consent: undefined,
    before: undefined,
    place: { keys: ['k1'], address: 'address#1' },
    shared: [],
    fence: 0,
    importFence: 0,
    now: NOW,
    force: false,
    ...more,
  })

const sendOf = (given: Given = {}): Send => {
  const { plan } = think(given)
  if (plan.kind !== 'send') throw new Error(`expected something to send, got ${plan.kind}`)
  return plan
}
const endpointOf = (given: Given = {}): Endpoint => {
  const { change } = sendOf(given)
  if (change.kind !== 'put') throw new Error('expected a put')
  return change.endpoint
}
const all = (at: string): Consent => ({ value: 'ALL', at })
const before = (more: Partial<Sent> = {}): Sent => ({
  fingerprint: 'another',
  state: 'applied',
  fence: 0,
  fields: [],
  at: may(1),
  keys: ['k1'],
  ...more,
})

describe('what a Region is sent for an endpoint', () => {
  it('says nothing of consent where nobody has said anything', () => {
    expect(endpointOf()).toEqual(row)
    expect(sendOf().after).toMatchObject({ state: 'applied', keys: ['k1'], address: 'address#1' })
    expect(sendOf().after).not.toHaveProperty('unproved')
    expect(sendOf().during).toMatchObject({ state: 'unknown', fingerprint: sendOf().after.fingerprint })
  })

  it('is nothing when it was applied already, and all again when nobody knows, or an operator insists', () => {
    const { after } = sendOf()
    expect(think({ before: after }).plan.kind).toBe('done')
    expect(think({ before: { ...after, state: 'unknown' } }).plan.kind).toBe('send')
    expect(think({ before: after, force: true }).plan.kind).toBe('send')
  })

  it('waits for the fence, unless there is nothing to send', () => {
    const { after } = sendOf()
    const fence = NOW + 5_000
    expect(think({ fence }).plan).toEqual({ kind: 'wait', id: 'e1', key: 'k1', until: fence })
    expect(think({ before: after, fence }).plan.kind).toBe('done')
    expect(think({ before: after, fence, force: true }).plan.kind).toBe('wait')
    expect(think({ before: after, fence: NOW }).plan.kind).toBe('done')
    expect(think({ fence: NOW }).plan.kind).toBe('send')
  })

  it('is a proof, not a send, while the Region has not been seen to hold it', () => {
    const { after } = sendOf()
    const { plan } = think({ before: { ...after, unproved: true } })
    expect(plan).toMatchObject({ kind: 'prove', said: row, again: { kind: 'send' } })
    expect(plan.kind === 'prove' && plan.proved).not.toHaveProperty('unproved')
    expect(think({ before: { ...after, unproved: true }, fence: NOW + 1 }).plan.kind).toBe('wait')
  })

  it('is read back for one content in a hundred', () => {
    const isProved = (at: number) =>
      sendOf({ endpoint: { ...row, Attributes: { N: [String(at)] } } }).after.unproved === true
    const sample = Array.from({ length: 3_000 }, (_, at) => at).filter(isProved)
    expect(sample.length).toBeGreaterThan(10)
    expect(sample.length).toBeLessThan(60)
  })
})

describe('consent in a put', () => {
  it('is an opt-out dated by the row, or by when it was first seen', () => {
    const undated = think({ stated: { value: 'ALL' } })
    expect(undated.consent).toEqual(all(iso(NOW)))
    const later = think({ stated: { value: 'ALL' }, consent: all(iso(NOW)), now: NOW + 60_000 })
    expect(later).not.toHaveProperty('consent')
    expect(think({ stated: { value: 'ALL', at: may(2) } }).consent).toEqual(all(may(2)))
  })

  it('always says an opt-out, and has it read back', () => {
    const first = sendOf({ stated: { value: 'ALL', at: may(2) } })
    expect(first.change).toMatchObject({ endpoint: { OptOut: 'ALL' } })
    expect(first.after).toMatchObject({ optOut: 'ALL', unproved: true })
    const { unproved: _, ...proved } = first.after
    const next = sendOf({
      endpoint: { ...row, Attributes: { Plan: ['free'] } },
      before: proved,
      consent: all(may(2)),
    })
    expect(next.change).toMatchObject({ endpoint: { OptOut: 'ALL' } })
  })

  it('says ALL for a row that was made anew and has forgotten it', () => {
    expect(endpointOf({ consent: all(may(1)) })).toHaveProperty('OptOut', 'ALL')
  })

  it('is taken back only by a dated, newer opt-in over an opt-out that is known', () => {
    const optIn = (at?: string): Stated => ({ value: 'NONE', ...(at !== undefined && { at }) })
    const known = { consent: all(may(3)), before: before({ optOut: 'ALL' }) }
    expect(endpointOf({ ...known, stated: optIn(may(4)) })).toHaveProperty('OptOut', 'NONE')
    expect(endpointOf({ ...known, stated: optIn(may(2)) })).toHaveProperty('OptOut', 'ALL')
    expect(endpointOf({ ...known, stated: optIn(may(3)) })).toHaveProperty('OptOut', 'ALL')
    expect(endpointOf({ ...known, stated: optIn() })).toHaveProperty('OptOut', 'ALL')
    expect(endpointOf({ stated: optIn(may(4)) })).not.toHaveProperty('OptOut')
    expect(think({ ...known, stated: optIn() })).not.toHaveProperty('consent')
  })

  it('is taken back in a Region that heard of it by another door', () => {
    const stated: Stated = { value: 'NONE', at: may(2) }
    const first = think({ stated, consent: all(may(1)) })
    expect(first.consent).toEqual({ value: 'NONE', at: may(2), takesBack: true })
    const elsewhere = sendOf({ stated, consent: first.consent })
    expect(elsewhere.change).toMatchObject({ endpoint: { OptOut: 'NONE' } })
    const { unproved: _, ...proved } = elsewhere.after
    expect(think({ stated, consent: first.consent, before: proved }).plan.kind).toBe('done')
  })

  it('is still an opt-out, for all we know, while it is being taken back', () => {
    const { during, after } = sendOf({
      stated: { value: 'NONE', at: may(2) },
      consent: all(may(1)),
      before: before({ optOut: 'ALL' }),
    })
    expect(during).toMatchObject({ state: 'unknown', optOut: 'ALL' })
    expect(after).toMatchObject({ state: 'applied', optOut: 'NONE', unproved: true })
  })

  it('waits where an opt-in is dated in the future, and says until when', () => {
    const at = iso(NOW + 600_000)
    const given = {
      stated: { value: 'NONE' as const, at },
      consent: all(may(1)),
      before: before({ optOut: 'ALL' }),
    }
    const now = think(given)
    expect(now).not.toHaveProperty('consent')
    expect(now.dueAt).toBe(NOW + 600_000)
    expect(endpointOf(given)).toHaveProperty('OptOut', 'ALL')
    const then = think({ ...given, now: NOW + 600_000 })
    expect(then.consent).toMatchObject({ value: 'NONE', at })
    expect(then).not.toHaveProperty('dueAt')
  })

  it('does not wait where an opt-out is dated in the future', () => {
    const ahead = { stated: { value: 'ALL' as const, at: iso(NOW + 600_000) } }
    expect(think(ahead)).not.toHaveProperty('dueAt')
    expect(endpointOf(ahead)).toHaveProperty('OptOut', 'ALL')
  })

  it('hears a newer opt-out even where it changes nothing, so that no older opt-in can follow', () => {
    const first = sendOf({ stated: { value: 'ALL', at: may(1) } })
    const { unproved: _, ...proved } = first.after
    const again = think({ stated: { value: 'ALL', at: may(3) }, consent: all(may(1)), before: proved })
    expect(again).toMatchObject({ plan: { kind: 'done' }, consent: all(may(3)) })
    expect(
      think({ stated: { value: 'NONE', at: may(2) }, consent: all(may(3)), before: proved }).plan.kind,
    ).toBe('done')
  })
})

describe('what has vanished from an endpoint', () => {
  const fields = ['Attributes.Old', 'Attributes.Plan', 'Location.City']

  it('is cleared by name, and both sets are remembered until the answer', () => {
    expect(endpointOf({ before: before({ fields }) })).toMatchObject({
      Attributes: { Old: [], Plan: ['gold'] },
      Location: { City: '' },
    })
    expect(sendOf({ before: before({ fields }) }).during.fields.toSorted()).toEqual(fields)
  })

  it('is read back, and said again until it is seen to be clear', () => {
    const { after } = sendOf({ before: before({ fields }) })
    expect(after.unproved).toBe(true)
    expect(after.fields.toSorted()).toEqual(fields)
    const { plan } = think({ before: after })
    expect(plan).toMatchObject({ kind: 'prove', proved: { fields: ['Attributes.Plan'] } })
    expect(plan.kind === 'prove' && plan.said).toMatchObject({
      Attributes: { Old: [] },
      Location: { City: '' },
    })
  })
})

describe('an endpoint of which no more can be read than its address and its opt-out', () => {
  const problems = [{ rule: 'ATTRIBUTE_VALUE', field: 'Attributes.Plan', expected: 'less' }]
  const bare: Endpoint = {
    Id: 'e1',
    Address: 'ada@example.com',
    ChannelType: 'EMAIL',
    EndpointStatus: 'ACTIVE',
  }

  it('is opted out, and left as it is otherwise', () => {
    const given = {
      endpoint: bare,
      problems,
      stated: { value: 'ALL' as const },
      before: before({ fields: ['Attributes.Plan', 'Location.City'] }),
    }
    expect(endpointOf(given)).toEqual({ ...bare, OptOut: 'ALL' })
    const { after } = sendOf(given)
    expect(after.fields).toEqual(['Attributes.Plan', 'Location.City'])
    expect(think(given).problems).toEqual(problems)
    // Once it is mended, all is said, what has vanished too.
    expect(endpointOf({ before: after, consent: all(iso(NOW)) })).toMatchObject({
      Attributes: { Plan: ['gold'] },
      Location: { City: '' },
      OptOut: 'ALL',
    })
  })
})
