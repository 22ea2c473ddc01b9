/** What the monitors of consent know: every word in the register, everything anybody has stated, every STOP and every look. */
import type { Answered, Call, Fact, Statement } from '../history/facts.ts'
import { EFFECT_WITHIN } from '../pinpoint/fate.ts'

export interface Row {
  readonly value: 'ALL' | 'NONE'
  readonly said: string
  readonly at: number
}

export interface ConsentBook {
  hear(fact: Fact): void
  /** The register's row as it was at an instant, and those written after it. */
  rowAt(id: string, at: number): Row | undefined
  rowsSince(id: string, at: number): readonly Row[]
  statements(id: string): readonly Statement[]
  /** When the customer opted out in this Region alone, where that was news there and is not undone. */
  foreignStop(region: string, id: string): number | undefined
  hasEverStopped(id: string): boolean
  /** When `host` last looked at the endpoint. */
  lookedAt(host: string, region: string, id: string): number | undefined
  /** Instants since `at` at which the ledger was slow to answer somebody. */
  slowSince(at: number): readonly number[]
}

export const consentBook = (): ConsentBook => {
  const rows = new Map<string, Row[]>()
  const statements = new Map<string, Statement[]>()
  const stops = new Map<string, number>()
  const everStopped = new Set<string>()
  const looks = new Map<string, number>()
  const slow: number[] = []
  const add = <T>(map: Map<string, T[]>, name: string, item: T) => {
    const list = map.get(name) ?? []
    list.push(item)
    map.set(name, list)
  }

  /** By Region and endpoint, until when an ALL of our own may take effect: a STOP before that cannot be told from it. */
  const ownWords = new Map<string, number>()
  const spoken = (call: Call, until: number) => {
    for (const { id, optOut } of call.items)
      if (optOut === 'ALL') ownWords.set(`${call.region} ${id}`, until + UNTOLD)
  }

  const called = (call: Call) => {
    spoken(call, Infinity)
    // From here on an ALL that is there may be ours.
    for (const { id, optOut } of call.items) if (optOut === 'ALL') stops.delete(`${call.region} ${id}`)
  }

  const effect = ({ region, id, by, at, before, call, row }: Extract<Fact, { kind: 'effect' }>): void => {
    const name = `${region} ${id}`
    if (by === 'stop') {
      everStopped.add(id)
      if (before?.optOut === 'NONE' && at > (ownWords.get(name) ?? 0)) stops.set(name, at)
    }
    const said = by === 'put' ? call?.items.find((item) => item.id === id) : row
    if (by === 'remove' || said?.optOut) stops.delete(name)
  }

  return {
    hear(fact) {
      if (fact.kind === 'consent') add(rows, fact.id, fact)
      if (fact.kind === 'effect') effect(fact)
      if (fact.kind === 'called') called(fact)
      if (fact.kind === 'abandoned') spoken(fact.call, fact.at + EFFECT_WITHIN.unknown)
      if (fact.kind === 'answered') spoken(fact.call, fact.at + effectWithin(fact.answer))
      if (fact.kind === 'read') looks.set(`${fact.host} ${fact.region} ${fact.id}`, fact.at)
      if (fact.kind === 'fault' && fact.fault === 'ledger slow') slow.push(fact.at)
      for (const [id, statement] of statementsIn(fact)) add(statements, id, statement)
    },
    rowAt: (id, at) => rows.get(id)?.findLast((row) => row.at <= at),
    rowsSince: (id, at) => (rows.get(id) ?? []).filter((row) => row.at > at),
    statements: (id) => statements.get(id) ?? [],
    foreignStop: (region, id) => stops.get(`${region} ${id}`),
    hasEverStopped: (id) => everStopped.has(id),
    slowSince: (at) => slow.filter((each) => each >= at),
    lookedAt: (host, region, id) => looks.get(`${host} ${region} ${id}`),
  }
}

const statementsIn = (fact: Fact): [string, Statement][] => {
  if (fact.kind === 'written')
    return fact.said.flatMap(({ id, consent }) => (consent ? [[id.toLowerCase(), consent]] : []))
  if (fact.kind !== 'dropped') return []
  const said: Statement = { value: 'ALL', at: new Date(fact.at).toISOString() }
  return fact.rows.flatMap(({ id, optsOut }) => (optsOut ? [[id, said]] : []))
}

/** Milliseconds by which an instant of ours and one of the Region's may differ. */
const UNTOLD = 8_000

const effectWithin = (answer: Answered): number => {
  if (answer === 'unknown') return EFFECT_WITHIN.unknown
  return answer === 'accepted' ? EFFECT_WITHIN.accepted : -UNTOLD
}
