/** The default event bus of each Region: rules whose pattern an event matches hand it to their targets. */
import { recordFilter } from '../event-sources/filter-pattern.ts'

export interface EventRule {
  readonly region: string
  readonly arn: string
  /** JSON text. */
  readonly pattern: string
  /** Hands an event to one target; must not throw. */
  readonly targets: readonly ((event: object) => void)[]
}

export interface EventBus {
  /** Throws `InvalidFilterPattern` for a pattern that is malformed or not emulated. */
  addRule(rule: EventRule): void
  put(region: string, event: object): void
}

export const createEventBus = (): EventBus => {
  const rules: (EventRule & { readonly matches: (event: object) => boolean })[] = []
  return {
    addRule(rule) {
      rules.push({ ...rule, matches: recordFilter({ filters: [{ pattern: rule.pattern }] }) })
    },
    put(region, event) {
      for (const rule of rules) {
        if (rule.region !== region || !rule.matches(event)) continue
        for (const target of rule.targets) target(event)
      }
    },
  }
}
