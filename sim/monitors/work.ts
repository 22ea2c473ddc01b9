/** I9: a Region that does not answer is asked now and then, not again and again; and nothing keeps itself busy. */
import type { Fact, Monitor, Violation } from '../history/facts.ts'

/** Milliseconds between two tries of a Region that is down. */
const PROBE = 30_000
/** Calls before it is known to be down, and those under way. */
const SLACK = 8
/** Sends of one endpoint beside one for each write and for each answer that was none. */
const SPARE = 12

export const workMonitor = (): Monitor => {
  const probes = probesMonitor()
  const sends = sendsCount()
  let quietFrom = Infinity
  return {
    hear(fact): Violation | undefined {
      if (fact.kind === 'quiet') quietFrom = fact.at
      if (fact.kind === 'called' && fact.at > quietFrom)
        return { monitor: 'I9', at: fact.at, region: fact.region, what: 'calls a Region when all is done' }
      return probes.hear(fact) ?? sends.hear(fact)
    },
  }
}

/** Calls to a Region that is down. */
const probesMonitor = (): Monitor => {
  const outages = new Map<string, { from: number; until: number; calls: number }>()
  return {
    hear(fact): Violation | undefined {
      if (fact.kind === 'outage') outages.set(fact.region, { from: fact.at, until: fact.until, calls: 0 })
      if (fact.kind !== 'called') return undefined
      const { region, at } = fact
      const outage = outages.get(region)
      if (!outage || at >= outage.until) return undefined
      outage.calls += 1
      const seconds = Math.round((at - outage.from) / 1000)
      return outage.calls > SLACK + Math.ceil((at - outage.from) / PROBE)
        ? {
            monitor: 'I9',
            at,
            region,
            what: `${outage.calls} calls in ${seconds} s to a Region that is down`,
          }
        : undefined
    },
  }
}

/** Sends of one endpoint to one Region. */
const sendsCount = (): Monitor => {
  const sends = new Map<string, number>()
  const troubles = new Map<string, number>()
  let writes = 0
  const trouble = (region: string) => troubles.set(region, (troubles.get(region) ?? 0) + 1)
  const sent = ({ at, call }: Extract<Fact, { kind: 'answered' }>): Violation | undefined => {
    const { region } = call
    const most = writes * 2 + (troubles.get(region) ?? 0) + SPARE
    for (const { id } of call.items) {
      const count = (sends.get(`${region} ${id}`) ?? 0) + 1
      sends.set(`${region} ${id}`, count)
      if (count > most)
        return {
          monitor: 'I9',
          at,
          region,
          id,
          what: `${count} sends of one endpoint for ${writes} writes in all`,
        }
    }
    return undefined
  }
  return {
    hear(fact): Violation | undefined {
      if (fact.kind === 'written') writes += 1
      if (fact.kind === 'abandoned') trouble(fact.call.region)
      if (fact.kind !== 'answered' || fact.call.operation === 'get') return undefined
      if (fact.answer !== 'accepted' || fact.lost.length > 0) trouble(fact.call.region)
      return fact.answer === 'accepted' ? sent(fact) : undefined
    },
  }
}
