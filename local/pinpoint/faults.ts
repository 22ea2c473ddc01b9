/** The faults that are switched on, and what they do to a request, to a single change, to a job. */
import { parseFaultSpec, type FaultKind, type FaultSpec } from './fault-spec.ts'
import type { Random } from './identifiers.ts'
import type { Operation } from './routes.ts'

export type Fault = FaultSpec & { readonly id: string; readonly strikes: number }

/** For those who switch faults. */
export interface FaultSwitches {
  /** Switches a fault on and returns its id. Throws an Error that names the mistakes of a bad `spec`. */
  add(spec: FaultSpec): string
  /** False where no such fault is on. */
  remove(id: string): boolean
  clear(): void
  list(): readonly Fault[]
}

export interface RequestFate {
  readonly down: 'before' | 'after' | undefined
  readonly error: 'before' | 'after' | undefined
  readonly throttled: boolean
  readonly slowMs: number
}

export interface ChangeFate {
  readonly lost: boolean
  readonly lateMs: number
}

export interface JobFate {
  readonly stuck: Of<'stuck'> | undefined
  readonly partial: Of<'partial'> | undefined
  readonly truncated: Of<'truncated'> | undefined
}

/** For the service itself; asking counts as a strike. */
export interface Fates {
  ofRequest(region: string, operation: Operation): RequestFate
  ofChange(region: string, operation: Operation | 'ImportJob'): ChangeFate
  ofJob(region: string, operation: 'ImportJob' | 'ExportJob'): JobFate
}

type Of<Kind extends FaultKind> = Extract<FaultSpec, { kind: Kind }>
type Entry = { readonly id: string; readonly spec: FaultSpec; strikes: number }

export function createFaults(random: Random): FaultSwitches & Fates {
  const entries = new Map<string, Entry>()
  let added = 0

  function strikes(entry: Entry): boolean {
    const { probability = 1, times = Infinity } = entry.spec
    if (probability < 1 && random() >= probability) return false
    entry.strikes += 1
    if (entry.strikes >= times) entries.delete(entry.id)
    return true
  }

  function striking<Kind extends FaultKind>(kind: Kind, region: string, operation: string): Of<Kind>[] {
    const found: Of<Kind>[] = []
    for (const entry of entries.values()) {
      const { spec } = entry
      if (!isKind(spec, kind) || !aims(spec, region, operation)) continue
      if (strikes(entry)) found.push(spec)
    }
    return found
  }

  return {
    add(spec) {
      added += 1
      const id = `fault-${added}`
      entries.set(id, { id, spec: parseFaultSpec(spec), strikes: 0 })
      return id
    },
    remove: (id) => entries.delete(id),
    clear: () => entries.clear(),
    list: () => [...entries.values()].map(({ id, spec, strikes }) => ({ id, ...spec, strikes })),

    ofRequest(region, operation) {
      if (entries.size === 0) return unharmed
      const slow = striking('slow', region, operation)
      return {
        down: moment(striking('down', region, operation)),
        error: moment(striking('error', region, operation)),
        throttled: striking('throttled', region, operation).length > 0,
        slowMs: slow.reduce((sum, fault) => sum + fault.ms, 0),
      }
    },
    ofChange(region, operation) {
      if (entries.size === 0) return applied
      const late = striking('late', region, operation)
      return {
        lost: striking('lost', region, operation).length > 0,
        lateMs: late.reduce((sum, fault) => sum + fault.ms, 0),
      }
    },
    ofJob: (region, operation) => ({
      stuck: striking('stuck', region, operation)[0],
      partial: striking('partial', region, operation)[0],
      truncated: striking('truncated', region, operation)[0],
    }),
  }
}

const unharmed: RequestFate = { down: undefined, error: undefined, throttled: false, slowMs: 0 }
const applied: ChangeFate = { lost: false, lateMs: 0 }

const isKind = <Kind extends FaultKind>(spec: FaultSpec, kind: Kind): spec is Of<Kind> => spec.kind === kind

/** `*` means every operation of the API, not the jobs that run behind it. */
function aims(spec: FaultSpec, region: string, operation: string): boolean {
  if (spec.region !== '*' && spec.region !== region) return false
  if (spec.operation === operation) return true
  return spec.operation === '*' && operation !== 'ImportJob' && operation !== 'ExportJob'
}

function moment(faults: readonly { readonly applied?: boolean | undefined }[]) {
  if (faults.length === 0) return undefined
  return faults.some((fault) => fault.applied !== true) ? 'before' : 'after'
}
