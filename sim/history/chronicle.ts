/** Everything that happened, in order, with a hash of it all: two runs that differ in anything differ in that. */
import type { CallItem, Fact, Monitor, Violation } from './facts.ts'

export interface Chronicle {
  readonly note: (fact: Fact) => void
  readonly facts: readonly Fact[]
  readonly violations: readonly Violation[]
  /** What no fact shows by itself. */
  readonly accuse: (more: readonly Violation[]) => void
  /** 16 hex digits. */
  readonly hash: () => string
}

export const chronicleOf = (monitors: readonly Monitor[]): Chronicle => {
  const facts: Fact[] = []
  const violations: Violation[] = []
  let [low, high] = [0x811c9dc5, 0x1b873593]
  const mix = (text: string) => {
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      low = Math.imul(low ^ code, 0x01000193)
      high = Math.imul(high ^ (code + at), 0x85ebca6b)
      high = (high << 13) | (high >>> 19)
    }
  }
  return {
    note(fact) {
      facts.push(fact)
      mix(lineOf(fact))
      for (const monitor of monitors) {
        const violation = monitor.hear(fact)
        if (violation) violations.push(violation)
      }
    },
    facts,
    violations,
    accuse(more) {
      violations.push(...more)
    },
    hash: () => [low, high].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(''),
  }
}

/** One fact on one line. */
export const lineOf = (fact: Fact): string => {
  switch (fact.kind) {
    case 'called':
      return `${fact.at} called #${fact.number} ${fact.region} ${fact.operation} by ${fact.host} ${fact.items.map(itemLine).join(' ')}`
    case 'answered':
      return `${fact.at} answered #${fact.call.number} ${fact.call.region} ${fact.answer} lost ${fact.lost.join(' ')}`
    case 'abandoned':
      return `${fact.at} abandoned #${fact.call.number} ${fact.call.region}`
    case 'effect':
      return `${fact.at} effect ${fact.region} ${fact.id} ${fact.by} of #${fact.call?.number ?? '-'}: ${shownLine(fact.before)} → ${shownLine(fact.after)}`
    case 'read':
      return `${fact.at} read ${fact.region} ${fact.id} by ${fact.host}: ${shownLine(fact.shown)}`
    case 'written':
      return `${fact.at} written ${fact.key} version ${fact.version}: ${fact.said.map(saidLine).join(', ') || 'deleted'}`
    default: {
      const { at, kind, ...rest } = fact
      return `${at} ${kind} ${JSON.stringify(rest)}`
    }
  }
}

const itemLine = ({ id, version, optOut, status }: CallItem): string =>
  `${id}@${version ?? '-'}/${optOut ?? '-'}/${status ?? '-'}`

const shownLine = (shown: Extract<Fact, { kind: 'effect' }>['after']): string =>
  shown ? `${shown.version ?? '-'}/${shown.optOut}/${shown.status}` : 'none'

const saidLine = (said: Extract<Fact, { kind: 'written' }>['said'][number]): string =>
  `${said.id} ${said.fitness} at ${said.address} of ${said.userId ?? '-'} ${said.isInactive ? 'INACTIVE ' : ''}${said.consent?.value ?? 'silent'} ${said.consent?.at ?? ''}`
