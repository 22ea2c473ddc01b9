/** I4e: where nothing is wrong, an opt-out is in effect in every Region in time, whatever else is waiting. */
import type { Fact, Monitor, Statement, Violation } from '../history/facts.ts'

export interface OptOutAgeOptions {
  readonly regions: readonly string[]
  /** Milliseconds from commit to effect. */
  readonly within: number
}

interface Owed {
  readonly key: string
  readonly id: string
  readonly at: number
}

/** For histories without faults. */
export const optOutAgeMonitor = ({ regions, within }: OptOutAgeOptions): Monitor => {
  /** By Region and endpoint. */
  const owed = new Map<string, Owed>()
  /** By Region and endpoint, whether it is there and not opted out. */
  const isReachable = new Map<string, boolean>()
  const isNews = newsOf()

  const written = (fact: Extract<Fact, { kind: 'written' }>): void => {
    // A newer word, or a delete, takes the place of the one before.
    for (const [name, each] of owed) if (each.key === fact.key) owed.delete(name)
    for (const { id, consent } of fact.said) {
      if (!isNews(id.toLowerCase(), consent)) continue
      for (const region of regions) {
        const name = `${region} ${id.toLowerCase()}`
        if (isReachable.get(name)) owed.set(name, { key: fact.key, id: id.toLowerCase(), at: fact.at })
      }
    }
  }
  const late = (now: number): Violation | undefined => {
    const [name, oldest] = [...owed].find(([, { at }]) => now - at > within) ?? []
    if (name === undefined || !oldest) return undefined
    owed.delete(name)
    const what = `e: an opt-out is not in effect after ${within / 1000} s`
    return { monitor: 'I4', at: now, what, region: name.split(' ')[0], id: oldest.id }
  }

  return {
    hear(fact) {
      if (fact.kind === 'written') written(fact)
      if (fact.kind === 'effect') {
        const name = `${fact.region} ${fact.id}`
        isReachable.set(name, fact.after?.optOut === 'NONE')
        if (fact.after?.optOut !== 'NONE') owed.delete(name)
      }
      return owed.size > 0 ? late(fact.at) : undefined
    },
  }
}

/** An opt-out that is older than an opt-in changes nothing. */
const newsOf = () => {
  const optIns = new Map<string, string>()
  return (id: string, consent: Statement | undefined): boolean => {
    const optIn = optIns.get(id) ?? ''
    const at = consent?.at ?? ''
    if (consent?.value === 'NONE' && at > optIn) optIns.set(id, at)
    return consent?.value === 'ALL' && (consent.at === undefined || at >= optIn)
  }
}
