/** What the door of a dry run does, with everything it needs handed in. */
import type { Context } from 'aws-lambda'
import type { Forecast } from '../ledger/forecast.ts'
import { forecastRegion } from '../sync/dry-run/forecast-region.ts'
import { partsOf, sourceOf } from '../sync/open-run.ts'
import type { Wired } from './wire.ts'

export interface ForecastRegion {
  readonly run: string
  readonly region: string
}

/** Milliseconds in which the forecast is written down. */
const RESERVE = 60_000

/** Writes the Region's forecast into the ledger. Answers how it was made. */
export const forecast =
  ({ config, consents, destinationIn, ledger, memoryIn, sparingIn, waiting, work }: Wired) =>
  async ({ run, region }: ForecastRegion, context: Context): Promise<Pick<Forecast, 'how'>> => {
    const [{ droppedAt }, parts] = await Promise.all([sourceOf(ledger, run), partsOf(ledger, run)])
    const until = waiting.now() + context.getRemainingTimeInMillis() - RESERVE
    const found = await forecastRegion({
      ...{ run, region, droppedAt, parts, work, until, consents, memory: memoryIn(region) },
      ...{ destination: sparingIn(region), quota: destinationIn(region).quota },
      isAway: region !== config.hub,
    })
    await ledger.foresee(run, found)
    return { how: found.how }
  }
