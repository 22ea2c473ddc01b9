/** What a reader needs of a broken history: the facts about the endpoint and the Region in question, times from its beginning. */
import { lineOf } from './chronicle.ts'
import type { Fact, Violation } from './facts.ts'

/** At most the last `most` lines. */
export const traceOf = (facts: readonly Fact[], { region, id }: Violation, most = 40): string[] => {
  const began = facts[0]?.at ?? 0
  const keys = new Set(
    facts.flatMap((fact) =>
      fact.kind === 'written' && fact.said.some((said) => said.id.toLowerCase() === id) ? [fact.key] : [],
    ),
  )
  return facts
    .filter((fact) => isAbout(fact, { region, id, keys }))
    .slice(-most)
    .map(
      (fact) =>
        `${((fact.at - began) / 1000).toFixed(3).padStart(9)} s  ${lineOf(fact).replace(/^\S+ /, '')}`,
    )
}

interface Subject {
  readonly region: string | undefined
  readonly id: string | undefined
  readonly keys: ReadonlySet<string>
}

const isAbout = (fact: Fact, { region, id, keys }: Subject): boolean => {
  const regions = regionsOf(fact)
  if (region !== undefined && regions !== undefined && !regions.includes(region)) return false
  return id === undefined ? fact.kind !== 'fault' && fact.kind !== 'told' : concerns(fact, id, keys)
}

const regionsOf = (fact: Fact): string[] | undefined => {
  if ('call' in fact && fact.call) return [fact.call.region]
  if ('region' in fact) return [fact.region]
  if (fact.kind === 'message') return [fact.queue.split('/')[0] ?? '']
  return undefined
}

const ALWAYS: ReadonlySet<string> = new Set(['outage', 'calm', 'quiet', 'job', 'loaded'])

const concerns = (fact: Fact, id: string, keys: ReadonlySet<string>): boolean =>
  ALWAYS.has(fact.kind) || idsIn(fact).includes(id) || isOfItem(fact, id, keys)

const idsIn = (fact: Fact): readonly string[] => {
  if (fact.kind === 'called') return fact.items.map((item) => item.id)
  if (fact.kind === 'answered' || fact.kind === 'abandoned') return fact.call.items.map((item) => item.id)
  if (fact.kind === 'dropped' || fact.kind === 'staged') return fact.rows.map((row) => row.id)
  return 'id' in fact ? [fact.id] : []
}

const isOfItem = (fact: Fact, id: string, keys: ReadonlySet<string>): boolean => {
  if (fact.kind === 'written' || fact.kind === 'parked') return keys.has(fact.key)
  if (fact.kind === 'acknowledged') return fact.keys.some(({ key }) => keys.has(key))
  if (fact.kind !== 'message') return false
  const body = fact.body.toLowerCase()
  return [id, ...keys].some((name) => body.includes(`"${name.toLowerCase()}"`))
}
