/** I2 for the rows of files: none that is older than what was sent before the file was made, none beside a send that may still take effect. */
import type { Call, CallItem, Fact, Monitor, Violation } from '../history/facts.ts'
import { EFFECT_WITHIN } from '../pinpoint/fate.ts'
import { isOfLoad } from './registry.ts'
import type { Registry } from './registry.ts'

type Staged = Extract<Fact, { kind: 'staged' }>

export const staleRowsMonitor = (registry: Registry): Monitor => {
  const sends = sendsBefore()
  /** By Region and prefix. */
  const files = new Map<string, Staged>()

  const isOlder = (staged: Staged, { id, version = 0 }: CallItem): boolean =>
    !registry.isContested(id) &&
    sends
      .before(staged, id)
      .some(({ call }) => call.items.some((item) => item.id === id && (item.version ?? 0) > version))
  const older = (staged: Staged): Violation | undefined => {
    files.set(`${staged.region} ${staged.prefix}`, staged)
    const { at, region } = staged
    const id = staged.rows.find((row) => isOlder(staged, row))?.id
    const what = 'a row is older than what was sent before the file was made'
    return id === undefined ? undefined : { monitor: 'I2', at, region, id, what }
  }
  const beside = ({ region, prefix, at }: Extract<Fact, { kind: 'job' }>): Violation | undefined => {
    const staged = files.get(`${region} ${prefix}`)
    const isOpen = ({ until = Infinity }: Sent) => until > at
    const id = staged?.rows.find((row) => sends.before(staged, row.id).some(isOpen))?.id
    const what = 'a job begins while a send from before its file may still take effect'
    return id === undefined ? undefined : { monitor: 'I2', at, region, id, what }
  }
  return {
    hear(fact) {
      sends.hear(fact)
      if (fact.kind === 'staged') return older(fact)
      return fact.kind === 'job' && fact.state === 'created' ? beside(fact) : undefined
    },
  }
}

interface Sent {
  readonly call: Call
  /** True time until which it may take effect; left out while it is not answered. */
  readonly until?: number
}

/** What was sent, but for what the Region has certainly not taken. */
const sendsBefore = () => {
  /** By Region and endpoint, by number of the call. */
  const sends = new Map<string, Map<number, Sent>>()
  const note = (call: Call, sent: Sent | undefined) => {
    for (const { id } of call.items) {
      const name = `${call.region} ${id}`
      const calls = sends.get(name) ?? new Map<number, Sent>()
      if (sent) sends.set(name, calls.set(call.number, sent))
      else calls.delete(call.number)
    }
  }
  const answered = ({ call, answer, at }: Extract<Fact, { kind: 'answered' }>) => {
    const isTaken = answer === 'accepted' || answer === 'unknown'
    note(call, isTaken ? { call, until: at + EFFECT_WITHIN[answer] } : undefined)
  }
  return {
    hear(fact: Fact) {
      const call = callIn(fact)
      if (!call || call.operation === 'get' || isOfLoad(call)) return
      if (fact.kind === 'called') note(call, { call })
      if (fact.kind === 'abandoned') note(call, { call, until: fact.at + EFFECT_WITHIN.unknown })
      if (fact.kind === 'answered') answered(fact)
    },
    before: ({ region, began }: Staged, id: string): readonly Sent[] =>
      [...(sends.get(`${region} ${id}`)?.values() ?? [])].filter(({ call }) => call.at < began),
  }
}

const callIn = (fact: Fact): Call | undefined => {
  if (fact.kind === 'called') return fact
  return fact.kind === 'abandoned' || fact.kind === 'answered' ? fact.call : undefined
}
