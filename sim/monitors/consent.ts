/** I4: nobody is written to against their word. Judged by each outgoing request, by the register, and by what a Region shows. */
import type { Call, CallItem, Fact, Monitor, Violation } from '../history/facts.ts'
import { consentBook } from './consent-book.ts'
import type { ConsentBook } from './consent-book.ts'
import type { Registry } from './registry.ts'

export const consentMonitor = (registry: Registry): Monitor => {
  const book = consentBook()
  const judgedCall = (call: Call): Violation | undefined => {
    for (const item of call.items) {
      const what = whatIsWrong(call, item, book, registry)
      if (what) return { monitor: 'I4', at: call.at, what, region: call.region, id: item.id }
    }
    return undefined
  }
  return {
    hear(fact) {
      if (fact.kind === 'called') {
        const violation =
          fact.operation === 'batch' || fact.operation === 'single' ? judgedCall(fact) : undefined
        book.hear(fact)
        return violation
      }
      const what = fact.kind === 'consent' ? whatIsNotSo(fact, book) : undefined
      book.hear(fact)
      return what && 'id' in fact ? { monitor: 'I4', at: fact.at, what, id: fact.id } : undefined
    },
  }
}

const whatIsWrong = (
  call: Call,
  item: CallItem,
  book: ConsentBook,
  registry: Registry,
): string | undefined => {
  if (item.optOut === 'NONE') return takenBack(call, item, book)
  if (item.optOut === 'ALL') return saidAll(call, item, book, registry)
  const known = book.rowAt(item.id, call.began)
  const isStill = book.rowsSince(item.id, call.began).every(({ value }) => value === 'ALL')
  return known?.value === 'ALL' && isStill
    ? 'b: a write to somebody who is known to be opted out does not say so'
    : undefined
}

/** Milliseconds that an answer of the ledger takes, and where it is slow, as sim/aws/documents.ts has it. */
const ON_ITS_WAY = 8
const SLOW = 6_000 + 2 * ON_ITS_WAY

const takenBack = (
  { at, began, host, region }: Call,
  { id }: CallItem,
  book: ConsentBook,
): string | undefined => {
  // What is written while the last answer of the register is on its way back nobody could know.
  const instants = [at, at - ON_ITS_WAY, ...book.slowSince(at - SLOW)]
  const known = instants.map((each) => book.rowAt(id, each)).find((row) => row?.value === 'NONE')
  if (!known) return 'a: NONE without an opt-in in the register'
  if (!book.statements(id).some((word) => word.value === 'NONE' && word.at === known.said))
    return 'a: NONE without an opt-in that anybody has stated'
  const stop = book.foreignStop(region, id)
  const look = book.lookedAt(host, region, id) ?? 0
  // What came between the look and the call nobody could know; who has not looked could know all.
  const knownUntil = look > began ? look : at
  const isNewer = stop !== undefined && known.said <= new Date(stop).toISOString()
  return isNewer && stop < knownUntil
    ? 'a: NONE over an opt-out that the Region showed and nobody had told it'
    : undefined
}

const saidAll = (call: Call, { id }: CallItem, book: ConsentBook, registry: Registry): string | undefined => {
  const words = [book.rowAt(id, call.began), ...book.rowsSince(id, call.began)]
  const isLeaving = registry.isContested(id) || registry.removedBy(id) !== undefined
  return isLeaving || words.some((row) => row?.value === 'ALL')
    ? undefined
    : 'c: ALL for somebody who has not opted out'
}

/** Of a word that is new in the register. */
const whatIsNotSo = (
  { id, at, value, said }: Extract<Fact, { kind: 'consent' }>,
  book: ConsentBook,
): string | undefined => {
  const before = book.rowAt(id, at)
  if (before && said < before.said) return 'd: the register goes back to an older word'
  if (before?.said === said && before.value === 'ALL' && value === 'NONE')
    return 'd: of two words of one instant the opt-out does not win'
  const isStated = book
    .statements(id)
    .some((word) => word.value === value && (value === 'ALL' || word.at === said))
  return isStated || (value === 'ALL' && book.hasEverStopped(id))
    ? undefined
    : `the register has ${value} that nobody has said`
}
