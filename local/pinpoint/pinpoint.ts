/** Amazon Pinpoint's endpoint side in any number of Regions, put together. */
import type { IncomingMessage, RequestListener } from 'node:http'
import { wallClock, type Clock } from '../clock.ts'
import type { ObjectsAs } from '../objects.ts'
import type { Service } from '../service.ts'
import { createAnswer, HANG_UP } from './answer.ts'
import { createApps, type ApplicationResponse, type NewApp } from './app.ts'
import type { EndpointStore } from './endpoint-store.ts'
import { createFaults, type FaultSwitches } from './faults.ts'
import { createFaultsHandler } from './faults-http.ts'
import { newUuid, type Random } from './identifiers.ts'
import { createJobSlots } from './jobs/job-slots.ts'
import {
  defaultExport,
  defaultImport,
  withDefaults,
  type ExportSettings,
  type ImportSettings,
} from './jobs/job-settings.ts'
import { appOperations } from './operations/apps.ts'
import { endpointOperations } from './operations/endpoints.ts'
import { exportJobOperations } from './operations/export-jobs.ts'
import { importJobOperations } from './operations/import-jobs.ts'
import { createQuotas, type QuotaOptions } from './quotas.ts'
import { inMemory, type OpenValues } from './settled-values.ts'
import { Closed, createTimers } from './timers.ts'
import { sendError, sendReply } from './wire.ts'

export interface PinpointOptions {
  /** Where import jobs read and export jobs write. */
  readonly objects: ObjectsAs
  /** The wall clock where absent. */
  readonly clock?: Clock
  /** Math.random where absent. */
  readonly random?: Random
  /** From 202 to visible, in milliseconds; 150 where absent. */
  readonly applyDelayMs?: number
  /** False: no quotas. */
  readonly quotas?: QuotaOptions | false
  readonly import?: Partial<ImportSettings>
  readonly export?: Partial<ExportSettings>
  /** Where the endpoints lie; in memory where absent. */
  readonly openValues?: OpenValues
}

export interface Pinpoint extends Service {
  readonly faults: FaultSwitches
  /** To be mounted on FAULTS_PATH. */
  readonly faultsOverHttp: RequestListener
  /** A project made without a call, with an id of one's own if wanted. Throws for an unknown Region or a taken id. */
  createApp(region: string, app: NewApp): ApplicationResponse
  /** What readers see now of every endpoint of a project. Throws for an unknown Region or project. */
  endpoints(region: string, applicationId: string): Pick<EndpointStore, 'all' | 'get' | 'size'>
  /** Resolves once all that was accepted has been applied and no job is running (but for those stuck for ever). */
  settled(): Promise<void>
  /** Ends every job and every delay; what they had still to do is not done. */
  close(): void
}

/** Throws an Error for an option that makes no sense. */
export function createPinpoint(options: PinpointOptions): Pinpoint {
  const { clock = wallClock, random = Math.random, objects, openValues = inMemory } = options
  const applyDelayMs = checkedDelay(options.applyDelayMs ?? 150)
  const timers = createTimers(clock)
  const faults = createFaults(random)
  const apps = createApps({ now: timers.now, random, applyDelayMs, openValues })
  const shared = { apps, fates: faults, timers, random, objects, applyDelayMs }
  const importing = withDefaults('import', defaultImport, options.import)
  const exporting = withDefaults('export', defaultExport, options.export)
  const imports = createJobSlots('imports', importing.maxConcurrent)
  const exports = createJobSlots('exports', exporting.maxConcurrent)
  const handlers = {
    ...appOperations(apps, timers.now),
    ...endpointOperations(shared),
    ...importJobOperations({ ...shared, settings: importing, slots: imports }),
    ...exportJobOperations({ ...shared, settings: exporting, slots: exports }),
  }
  const quotas = createQuotas(options.quotas ?? {}, clock)
  const answer = createAnswer({ handlers, fates: faults, quotas, timers })
  const msToSettle = () => lastSettling(apps.all()) - timers.now()

  return {
    async handle(request, response, caller) {
      const requestId = newUuid(random)
      try {
        const reply = await answer(request, caller, requestId)
        if (reply === HANG_UP) response.destroy()
        else sendReply(response, reply, requestId)
      } catch (error) {
        if (error instanceof Closed || isCutOff(request)) response.destroy()
        else sendError(response, error, requestId)
      }
    },
    faults,
    faultsOverHttp: createFaultsHandler(faults),
    createApp: (region, app) => apps.create(region, app).description,
    endpoints: (region, applicationId) => apps.get(region, applicationId).endpoints,
    async settled() {
      while (imports.ending + exports.ending + timers.waiting > 0 || msToSettle() > 0) {
        await timers.sleep(Math.max(1, msToSettle()))
      }
    },
    close: () => timers.close(),
  }
}

function checkedDelay(ms: number): number {
  if (ms >= 0) return ms
  throw new Error(`Option applyDelayMs: expected 0 or more, got ${ms}`)
}

/** The caller hung up in the middle of its request. */
const isCutOff = (request: IncomingMessage): boolean => request.destroyed && !request.complete

function lastSettling(apps: Iterable<{ readonly endpoints: { readonly settledAt: number } }>): number {
  let last = 0
  for (const app of apps) last = Math.max(last, app.endpoints.settledAt)
  return last
}
