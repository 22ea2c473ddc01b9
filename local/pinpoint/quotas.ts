/** Pinpoint's request quotas: per Region and operation, a token bucket and, for batches, calls in flight. */
import type { Clock } from '../clock.ts'
import type { Operation } from './routes.ts'
import { tooManyRequests } from './service-error.ts'

/** Requests a second (the burst is the same figure) and calls in flight; a name left out keeps its default. */
export interface QuotaOptions {
  readonly perSecond?: Readonly<Partial<Record<Operation | 'other', number>>>
  readonly inFlight?: Readonly<Partial<Record<Operation, number>>>
}

/** Source: Developer Guide, "Amazon Pinpoint quotas" (2026): none of these can be raised. */
export const defaultQuotas = {
  perSecond: { UpdateEndpoint: 10, UpdateEndpointsBatch: 2, GetEndpoint: 10, DeleteEndpoint: 5, other: 300 },
  inFlight: { UpdateEndpointsBatch: 2 },
} as const satisfies QuotaOptions

export interface Quotas {
  /** Lets one call in, or throws TooManyRequestsException; the function returned says that it has ended. */
  enter(region: string, operation: Operation): () => void
}

/** `false` turns every quota off. Throws where a figure is not a positive number. */
export function createQuotas(options: QuotaOptions | false, clock: Clock): Quotas {
  if (options === false) return { enter: () => () => undefined }

  const perSecond: Required<QuotaOptions>['perSecond'] = { ...defaultQuotas.perSecond, ...options.perSecond }
  const inFlight: Required<QuotaOptions>['inFlight'] = { ...defaultQuotas.inFlight, ...options.inFlight }
  checkFigures({ ...perSecond, ...inFlight })
  const gates = new Map<string, () => () => void>()

  return {
    enter(region, operation) {
      const key = `${region} ${operation}`
      const rate = perSecond[operation] ?? perSecond.other ?? defaultQuotas.perSecond.other
      const gate = gates.get(key) ?? createGate(rate, inFlight[operation] ?? Infinity, clock)
      gates.set(key, gate)
      return gate()
    },
  }
}

function createGate(rate: number, atOnce: number, clock: Clock): () => () => void {
  const burst = Math.max(1, rate)
  let tokens = burst
  let filledAt = clock.now()
  let running = 0

  return () => {
    const now = clock.now()
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * rate)
    filledAt = now
    if (tokens < 1 || running >= atOnce) throw tooManyRequests()
    tokens -= 1
    running += 1
    return () => {
      running -= 1
    }
  }
}

function checkFigures(figures: Readonly<Record<string, number | undefined>>): void {
  for (const [name, figure] of Object.entries(figures)) {
    if (figure !== undefined && !(figure > 0)) {
      throw new Error(`Quota ${name}: expected a number above 0, got ${figure}`)
    }
  }
}
