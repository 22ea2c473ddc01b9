/** Waits until nothing moves any more in the local Regions. */
import { sleep } from '../clock.ts'
import type { Services } from './services.ts'

const PAUSE_MS = 10

/**
 * Resolves when no message that some function would take, no stream record, no invocation and no execution is under
 * way. Queues nobody listens to (dead letters) may be full, and schedules may be due later; neither is waited for.
 */
export const untilIdle = async (services: Services): Promise<void> => {
  while (isBusy(services)) await sleep(services.clock, PAUSE_MS)
}

const isBusy = ({ mappings, lambda, states }: Services): boolean =>
  mappings.isBusy() || lambda.inFlight() > 0 || states.executions().some(({ status }) => status === 'RUNNING')
