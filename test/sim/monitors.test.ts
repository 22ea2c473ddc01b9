import { describe, expect, it } from 'vitest'
import type { Fact, Monitor } from '../../sim/history/facts.ts'
import { consentMonitor } from '../../sim/monitors/consent.ts'
import { debtsMonitor } from '../../sim/monitors/debts.ts'
import { observedMonitor } from '../../sim/monitors/observed.ts'
import { optOutAgeMonitor } from '../../sim/monitors/opt-out-age.ts'
import { privacyMonitor } from '../../sim/monitors/privacy.ts'
import { registryOf } from '../../sim/monitors/registry.ts'
import type { Registry } from '../../sim/monitors/registry.ts'
import { sendsMonitor } from '../../sim/monitors/sends.ts'
import { workMonitor } from '../../sim/monitors/work.ts'
import {
  answered,
  called,
  callOf,
  consent,
  effect,
  item,
  REGION,
  said,
  shown,
  statement,
  written,
} from './facts.ts'

/** What the monitor says of the facts, one after the other. */
const judged = (make: (registry: Registry) => Monitor, facts: readonly Fact[]): string[] => {
  const registry = registryOf()
  const monitor = make(registry)
  return facts.flatMap((fact) => {
    registry.hear(fact)
    const violation = monitor.hear(fact)
    return violation ? [violation.what] : []
  })
}

const accepted = (at: number, number: number, version: number): Fact[] => {
  const call = callOf(at, number, { items: [item('ada', version)] })
  return [called(call), answered(at + 100, call)]
}

describe('I2, the monitor of sends', () => {
  const history = [written(0, 1, ['ada']), written(1, 2, ['ada'])]

  it('takes newer versions, each after the one before has taken effect', () => {
    expect(judged(sendsMonitor, [...history, ...accepted(10, 1, 1), ...accepted(10_000, 2, 2)])).toEqual([])
  })
  it('fires when an older version follows a newer one', () => {
    const facts = [...history, ...accepted(10, 1, 2), ...accepted(10_000, 2, 1)]
    expect(judged(sendsMonitor, facts)).toEqual(['sends version 1 after version 2'])
  })
  it('fires when a send overlaps one that may still take effect', () => {
    const overlap = ['sends while call #1 may still take effect']
    expect(judged(sendsMonitor, [...history, ...accepted(10, 1, 1), ...accepted(4_000, 2, 2)])).toEqual(
      overlap,
    )
    const lost = callOf(10, 1, { items: [item('ada', 1)] })
    const unknown = [called(lost), answered(10_010, lost, 'unknown')]
    expect(judged(sendsMonitor, [...history, ...unknown, ...accepted(35_000, 2, 2)])).toEqual(overlap)
    expect(judged(sendsMonitor, [...history, ...unknown, ...accepted(35_100, 2, 2)])).toEqual([])
  })
  it('fires on a delete of what an item still claims, and on a put of what is deleted', () => {
    const remove = callOf(10_000, 2, { operation: 'delete', items: [item('ada')] })
    expect(judged(sendsMonitor, [...history, ...accepted(10, 1, 2), called(remove)])).toEqual([
      'deletes what no item has given up',
    ])
    const gone = [written(5_000, 3, []), called(remove), answered(10_100, remove)]
    expect(
      judged(sendsMonitor, [...history, ...accepted(10, 1, 2), ...gone, ...accepted(20_000, 3, 2)]),
    ).toEqual(['sends version 2 after version 3'])
  })
})

describe('I3, the monitor of what a Region shows', () => {
  const at = (time: number, version: number) => effect(time, 'ada', { after: shown(version) })

  it('takes what goes forward', () => {
    expect(judged(observedMonitor, [written(0, 1, ['ada']), at(1, 1), at(2, 2), at(3, 2)])).toEqual([])
  })
  it('fires when a Region shows an older version', () => {
    expect(judged(observedMonitor, [at(1, 2), at(2, 1)])).toEqual(['shows version 1 after version 2'])
  })
  it('fires when an old write brings somebody back, and when an old delete takes somebody away', () => {
    const remove = (time: number) => effect(time, 'ada', { by: 'remove', after: undefined })
    const history = [written(0, 1, ['ada']), at(1, 1), written(2, 2, []), remove(3)]
    expect(judged(observedMonitor, [...history, at(4, 1)])).toEqual(['shows version 1 after version 2'])
    const back = [written(4, 3, ['ada']), at(5, 3), remove(6)]
    expect(judged(observedMonitor, [...history, ...back])).toEqual([
      'shows version 2 after version 3, by a remove',
    ])
  })
})

describe('I4, the monitor of consent', () => {
  const send = (at: number, optOut?: 'ALL' | 'NONE') =>
    called(callOf(at, 1, { began: at - 100, items: [item('ada', 1, { optOut })] }))
  const states = (value: 'ALL' | 'NONE', at: number) =>
    written(at, at, [said('ada', { consent: statement(value, at) })])
  const optedOut = [states('ALL', 1_000), consent(1_100, 'ada', 'ALL', 1_000)]
  const backAgain = [...optedOut, states('NONE', 5_000), consent(5_100, 'ada', 'NONE', 5_000)]

  it('takes an opt-out, an explicit opt-in after it, and writes that say nothing', () => {
    expect(judged(consentMonitor, [written(0, 1, ['ada']), send(500)])).toEqual([])
    expect(judged(consentMonitor, [...optedOut, send(2_000, 'ALL')])).toEqual([])
    expect(judged(consentMonitor, [...backAgain, send(6_000, 'NONE')])).toEqual([])
  })
  it('fires on NONE without an opt-in (a)', () => {
    expect(judged(consentMonitor, [written(0, 1, ['ada']), send(500, 'NONE')])).toHaveLength(1)
    expect(judged(consentMonitor, [...optedOut, send(2_000, 'NONE')])).toHaveLength(1)
  })
  it('fires on NONE over an opt-out of the Region’s own, unless it came after the look (a)', () => {
    const stop = (at: number) => effect(at, 'ada', { by: 'stop', before: shown(1), after: shown(1, 'ALL') })
    const look = (at: number): Fact => ({
      ...{ kind: 'read', at, region: REGION, id: 'ada', host: 'host', shown: shown(1, 'ALL') },
    })
    expect(
      judged(consentMonitor, [...backAgain, stop(5_500), look(5_950), send(6_000, 'NONE')]),
    ).toHaveLength(1)
    expect(judged(consentMonitor, [...backAgain, stop(5_500), send(6_000, 'NONE')])).toHaveLength(1)
    expect(judged(consentMonitor, [...backAgain, look(5_950), stop(5_960), send(6_000, 'NONE')])).toEqual([])
  })
  it('fires on a write to who is opted out that does not say so (b)', () => {
    expect(judged(consentMonitor, [...optedOut, send(2_000)])).toHaveLength(1)
    expect(judged(consentMonitor, [...optedOut, send(1_150)])).toEqual([])
  })
  it('fires on ALL for who has not opted out (c)', () => {
    expect(judged(consentMonitor, [written(0, 1, ['ada']), send(500, 'ALL')])).toHaveLength(1)
  })
  it('fires when the register forgets, invents, or takes the opt-in of two words of one instant (d)', () => {
    expect(judged(consentMonitor, [...backAgain, consent(6_000, 'ada', 'ALL', 1_000)])).toHaveLength(1)
    expect(judged(consentMonitor, [written(0, 1, ['ada']), consent(10, 'ada', 'ALL', 10)])).toHaveLength(1)
    const tie = [...optedOut, states('NONE', 1_000), consent(2_000, 'ada', 'NONE', 1_000)]
    expect(judged(consentMonitor, tie)).toHaveLength(1)
  })
  it('fires when an opt-out is not in effect in time (e)', () => {
    const age = () => optOutAgeMonitor({ regions: [REGION], within: 60_000 })
    const there = effect(500, 'ada', { after: shown(1) })
    const late = effect(61_100, 'bob', { after: shown(1) })
    expect(judged(age, [there, ...optedOut, late])).toEqual(['e: an opt-out is not in effect after 60 s'])
    const done = effect(30_000, 'ada', { after: shown(2, 'ALL') })
    expect(judged(age, [there, ...optedOut, done, late])).toEqual([])
  })
})

describe('I5, the monitor of debts', () => {
  const acknowledged = (at: number, elsewhere = false): Fact => ({
    ...{ kind: 'acknowledged', at, region: REGION, began: at - 10, keys: [{ key: 'ada', elsewhere }] },
  })

  it('takes a marker that is paid, whose work something else still names, or whose item is set aside', () => {
    expect(judged(debtsMonitor, [written(0, 1, ['ada']), ...accepted(10, 1, 1), acknowledged(200)])).toEqual(
      [],
    )
    expect(judged(debtsMonitor, [written(0, 1, ['ada']), acknowledged(200, true)])).toEqual([])
    const unfit = written(0, 1, [said('ada', { fitness: 'refused' })])
    const parked: Fact = { kind: 'parked', at: 100, region: REGION, key: 'ada' }
    expect(judged(debtsMonitor, [unfit, parked, acknowledged(200)])).toEqual([])
  })
  it('fires when the last marker of an item is given up unpaid', () => {
    const lost = ['the last marker of item ada is given up, and is not paid']
    expect(judged(debtsMonitor, [written(0, 1, ['ada']), acknowledged(200)])).toEqual(lost)
    const refused = callOf(10, 1, { items: [item('ada', 1)] })
    const facts = [
      written(0, 1, ['ada']),
      called(refused),
      answered(20, refused, 'refused'),
      acknowledged(200),
    ]
    expect(judged(debtsMonitor, facts)).toEqual(lost)
    const forgotten = [written(0, 1, ['ada']), ...accepted(10, 1, 1), written(150, 2, []), acknowledged(200)]
    expect(judged(debtsMonitor, forgotten)).toEqual(lost)
  })
})

describe('I9, the monitor of work', () => {
  const calls = (count: number, gap: number): Fact[] =>
    Array.from({ length: count }, (_, at) => called(callOf(at * gap, at)))

  it('fires on a storm on a Region that is down, and not on probes', () => {
    const outage: Fact = { kind: 'outage', at: 0, region: REGION, until: 600_000 }
    expect(judged(workMonitor, [outage, ...calls(18, 30_000)])).toEqual([])
    expect(judged(workMonitor, [outage, ...calls(18, 1_000)])).not.toEqual([])
  })
  it('fires when one endpoint is sent again and again', () => {
    const facts = Array.from({ length: 30 }, (_, at) => accepted(at * 10_000, at, 1)).flat()
    expect(judged(workMonitor, [written(0, 1, ['ada']), ...facts])).not.toEqual([])
  })
  it('fires on a call when all is done', () => {
    expect(judged(workMonitor, [{ kind: 'quiet', at: 5 }, called(callOf(10, 1))])).toEqual([
      'calls a Region when all is done',
    ])
  })
})

describe('I11, the monitor of privacy', () => {
  it.each([
    [
      'an address in a marker',
      { kind: 'message', at: 0, queue: 'q', body: '{"ids":["kanari1@example.com"]}' },
    ],
    ['a number in an error’s text', { kind: 'told', at: 0, by: 'f', text: 'Error: no +1555019904' }],
  ] satisfies [string, Fact][])('fires on %s', (_what, fact) => {
    expect(judged(privacyMonitor, [fact])).toHaveLength(1)
  })
  it('takes keys and ids', () => {
    const fact: Fact = { kind: 'message', at: 0, queue: 'q', body: '{"v":2,"keys":["c1"],"at":1}' }
    expect(judged(privacyMonitor, [fact])).toEqual([])
  })
})
