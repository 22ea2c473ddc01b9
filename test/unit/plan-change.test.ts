import { describe, expect, it } from 'vitest'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { planChange } from '../../shared/sync/plan-change.ts'
import type { Known, Plan } from '../../shared/sync/plan-change.ts'

const now = '2026-06-01T00:00:00.000Z'
const item = { Id: 'e1', Address: 'ada@example.com', ChannelType: 'EMAIL', Attributes: { Plan: ['gold'] } }
const plan = (known: Partial<Known>): Plan =>
  planChange({ id: 'e1', item, consent: undefined, before: undefined, now, ...known })

const sent = (known: Partial<Known>) => {
  const made = plan(known)
  if (made.kind !== 'send') throw new Error(`expected something to send, got ${made.kind}`)
  return made
}
const endpointOf = (known: Partial<Known>) => {
  const { change } = sent(known)
  return change.kind === 'put' ? change.endpoint : undefined
}

describe('planning what a Region is sent', () => {
  it('always says the status, and nothing of consent where the row says nothing', () => {
    expect(endpointOf({})).toEqual({ ...item, EndpointStatus: 'ACTIVE' })
  })

  it('says an opt-out, dated by the row or by when it was first seen', () => {
    const undated = sent({ item: { ...item, OptOut: 'ALL' } })
    expect(undated.consent).toEqual({ value: 'ALL', at: now })
    const dated = sent({ item: { ...item, OptOut: 'ALL', ConsentDate: '2026-05-01T00:00:00Z' } })
    expect(dated.consent).toEqual({ value: 'ALL', at: '2026-05-01T00:00:00.000Z' })
    expect(dated.after.optOut).toBe('ALL')
  })

  it('says ALL for a row that was made anew and has forgotten the opt-out', () => {
    expect(endpointOf({ consent: { value: 'ALL', at: now } })).toHaveProperty('OptOut', 'ALL')
  })

  it('takes an opt-out back only for a dated, newer opt-in, and only where one was known', () => {
    const consent = { value: 'ALL' as const, at: '2026-05-01T00:00:00.000Z' }
    const before: Sent = { fingerprint: 'x', state: 'applied', optOut: 'ALL', fields: [], at: now }
    const optIn = { ...item, OptOut: 'NONE', ConsentDate: '2026-05-02T00:00:00Z' }
    expect(endpointOf({ item: optIn, consent, before })).toHaveProperty('OptOut', 'NONE')
    expect(endpointOf({ item: optIn })).not.toHaveProperty('OptOut')
    expect(
      endpointOf({ item: { ...optIn, ConsentDate: '2026-04-01T00:00:00Z' }, consent, before }),
    ).toHaveProperty('OptOut', 'ALL')
    expect(
      endpointOf({ item: { ...optIn, ConsentDate: '2026-05-01T00:00:00Z' }, consent, before }),
    ).toHaveProperty('OptOut', 'ALL')
    expect(endpointOf({ item: { ...item, OptOut: 'NONE' }, consent, before })).toHaveProperty('OptOut', 'ALL')
  })

  it('remembers, while an opt-in is under way, that the Region may still be opted out', () => {
    const optIn = { ...item, OptOut: 'NONE', ConsentDate: '2026-05-02T00:00:00Z' }
    const { during, after } = sent({
      item: optIn,
      consent: { value: 'ALL', at: '2026-05-01T00:00:00.000Z' },
      before: { fingerprint: 'x', state: 'applied', optOut: 'ALL', fields: [], at: now },
    })
    expect(during).toMatchObject({ state: 'unknown', optOut: 'ALL' })
    expect(after).toMatchObject({ state: 'applied', optOut: 'NONE' })
  })

  it('clears what was sent before and is gone, and remembers both sets until the answer', () => {
    const before: Sent = {
      fingerprint: 'x',
      state: 'applied',
      fields: ['Attributes.Old', 'Attributes.Plan'],
      at: now,
    }
    expect(endpointOf({ before })).toHaveProperty('Attributes', { Old: [], Plan: ['gold'] })
    const { during, after } = sent({ before })
    expect(new Set(during.fields)).toEqual(new Set(['Attributes.Old', 'Attributes.Plan']))
    expect(after.fields).toEqual(['Attributes.Plan'])
  })

  it('sends nothing that is applied already, and sends again what may not be', () => {
    const { after } = sent({})
    expect(plan({ before: after })).toEqual({ kind: 'unchanged', id: 'e1', consent: undefined })
    expect(plan({ before: { ...after, state: 'unknown' } }).kind).toBe('send')
  })

  it('removes what the table no longer has, once', () => {
    const removal = sent({
      item: undefined,
      before: { fingerprint: 'x', state: 'applied', fields: ['Attributes.Plan'], at: now },
    })
    expect(removal.change).toEqual({ kind: 'remove', id: 'e1' })
    expect(plan({ item: undefined, before: removal.after }).kind).toBe('unchanged')
  })

  it.each([
    ['FIELD_TYPE', 'Attributes.Plan', { Attributes: { Plan: 'secret' } }],
    ['FIELD_TYPE', 'Address', { Address: 7 }],
    ['FIELD_UNKNOWN', 'Location', { Location: { Town: 'secret' } }],
    ['EMAIL_SYNTAX', 'Address', { Address: 'secret(at)example.com' }],
  ])('sets a row aside that no Region can take: %s in %s', (rule, field, change) => {
    const unfit = plan({ item: { ...item, ...change } })
    expect(unfit).toMatchObject({ kind: 'unfit', problems: [{ rule, field }] })
    expect(JSON.stringify(unfit)).not.toContain('secret')
  })

  it('hears a newer opt-out even where it changes nothing, so that an older opt-in cannot follow', () => {
    const may = (day: number) => `2026-05-0${day}T00:00:00.000Z`
    const first = sent({ item: { ...item, OptOut: 'ALL', ConsentDate: may(1) } })
    const again = plan({
      item: { ...item, OptOut: 'ALL', ConsentDate: may(3) },
      before: first.after,
      consent: first.consent,
    })
    expect(again).toEqual({ kind: 'unchanged', id: 'e1', consent: { value: 'ALL', at: may(3) } })
    const late = { item: { ...item, OptOut: 'NONE', ConsentDate: may(2) }, before: first.after }
    expect(plan({ ...late, consent: { value: 'ALL', at: may(3) } }).kind).toBe('unchanged')
  })

  it('takes an opt-in that is dated in the future as said now', () => {
    const before: Sent = { fingerprint: 'x', state: 'applied', optOut: 'ALL', fields: [], at: now }
    const consent = { value: 'ALL' as const, at: '2026-05-01T00:00:00.000Z' }
    const future = sent({
      item: { ...item, OptOut: 'NONE', ConsentDate: '2036-01-01T00:00:00Z' },
      before,
      consent,
    })
    expect(future.consent).toEqual({ value: 'NONE', at: now, takesBack: true })
  })

  it.each([
    ['an unknown field', { UpdatedAt: 'x' }],
    ['a value that is too long', { Attributes: { Plan: ['x'.repeat(101)] } }],
    ['a consent date that is none', { ConsentDate: 'yesterday' }],
  ])('lets the opt-out of an item through that is unfit for %s, and touches nothing else', (_what, flaw) => {
    const before: Sent = {
      fingerprint: 'x',
      state: 'applied',
      fields: ['Attributes.Plan', 'Location.City'],
      at: now,
    }
    const made = sent({ item: { ...item, OptOut: 'ALL', ...flaw }, before })
    expect(made.change).toEqual({
      kind: 'put',
      endpoint: {
        Id: 'e1',
        Address: 'ada@example.com',
        ChannelType: 'EMAIL',
        EndpointStatus: 'ACTIVE',
        OptOut: 'ALL',
      },
    })
    expect(made.consent).toEqual({ value: 'ALL', at: now })
    expect(made.problems).not.toEqual([])
    expect(made.after.fields).toEqual(before.fields)
    expect(sent({ before: made.after, consent: made.consent }).change).toMatchObject({
      endpoint: { Attributes: { Plan: ['gold'] }, Location: { City: '' }, OptOut: 'ALL' },
    })
  })

  it('does not remove what was sent for another spelling of the id', () => {
    const { after } = sent({})
    expect(plan({ id: 'E1', item: undefined, before: after }).kind).toBe('unchanged')
    expect(plan({ item: undefined, before: after }).kind).toBe('send')
  })

  it('sends a row again under another spelling of its id, so that the old one can go', () => {
    const { after } = sent({})
    const again = sent({ id: 'E1', item: { ...item, Id: 'E1' }, before: after })
    expect(plan({ item: undefined, before: again.after }).kind).toBe('unchanged')
    expect(plan({ id: 'E1', item: undefined, before: again.after }).kind).toBe('send')
  })

  it('hears the opt-out of an item that names no address', () => {
    const unfit = plan({ item: { Id: 'e1', OptOut: 'ALL', ChannelType: 'EMAIL', Address: 'nobody' } })
    expect(unfit).toMatchObject({ kind: 'unfit', consent: { value: 'ALL', at: now } })
  })

  it('takes back, in every Region, an opt-out that came by another door', () => {
    const consent = { value: 'ALL' as const, at: '2026-05-01T00:00:00.000Z' }
    const optIn = { ...item, OptOut: 'NONE', ConsentDate: '2026-05-02T00:00:00Z' }
    const first = sent({ item: optIn, consent })
    expect(first.change).toMatchObject({ endpoint: { OptOut: 'NONE' } })
    const second = sent({ item: optIn, consent: first.consent })
    expect(second.change).toMatchObject({ endpoint: { OptOut: 'NONE' } })
    expect(plan({ item: optIn, consent: first.consent, before: second.after }).kind).toBe('unchanged')
  })
})
