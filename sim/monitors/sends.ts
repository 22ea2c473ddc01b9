/** I2: to one endpoint of one Region, what we send never goes back, and nothing is sent while something sent before may still take effect. */
import type { Call, CallItem, Fact, Monitor, Violation } from '../history/facts.ts'
import { EFFECT_WITHIN } from '../pinpoint/fate.ts'
import { isOfLoad } from './registry.ts'
import type { Registry } from './registry.ts'

interface Sent {
  readonly call: Call
  /** True time until which it may take effect; undefined while it is not answered. */
  until: number | undefined
}

export const sendsMonitor = (registry: Registry): Monitor => {
  /** By Region and endpoint: the last send, and the newest version sent. */
  const last = new Map<string, Sent>()
  const newest = new Map<string, number>()
  /** By Region and call. */
  const open = new Map<string, Sent[]>()

  const backwards = (name: string, { operation }: Call, version: number | undefined): string | undefined => {
    if (version === undefined) return operation === 'delete' ? 'deletes what no item has given up' : undefined
    const before = newest.get(name) ?? 0
    newest.set(name, Math.max(before, version))
    return version < before ? `sends version ${version} after version ${before}` : undefined
  }
  const called = (call: Call, { id, version }: CallItem): Violation | undefined => {
    const name = `${call.region} ${id}`
    const before = last.get(name)
    const sent: Sent = { call, until: undefined }
    last.set(name, sent)
    open.set(callName(call), [...(open.get(callName(call)) ?? []), sent])
    const meant = call.operation === 'delete' ? registry.removedBy(id) : version
    const isOverlapping = before && (before.until === undefined || call.at < before.until)
    const what =
      (registry.isContested(id) ? undefined : backwards(name, call, meant)) ??
      (isOverlapping ? `sends while call #${before.call.number} may still take effect` : undefined)
    return what === undefined ? undefined : { monitor: 'I2', at: call.at, what, region: call.region, id }
  }

  return {
    hear(fact: Fact) {
      if (fact.kind === 'called' && fact.operation !== 'get' && !isOfLoad(fact))
        return fact.items.map((item) => called(fact, item)).find((violation) => violation !== undefined)
      if (fact.kind === 'answered' || fact.kind === 'abandoned') {
        const until = fact.at + effectWithin(fact)
        for (const sent of open.get(callName(fact.call)) ?? []) sent.until = until
        open.delete(callName(fact.call))
      }
      return undefined
    },
  }
}

const callName = ({ region, number }: Call): string => `${region} ${number}`

const effectWithin = (fact: Extract<Fact, { kind: 'answered' | 'abandoned' }>): number => {
  if (fact.kind === 'abandoned' || fact.answer === 'unknown') return EFFECT_WITHIN.unknown
  return fact.answer === 'accepted' ? EFFECT_WITHIN.accepted : 0
}
