/** The field's plain loop, in its kindest form: a loop for each Region, side by side, that awaits one UpdateEndpoint a record. */
import { PinpointClient, UpdateEndpointCommand } from '@aws-sdk/client-pinpoint'
import type { EndpointRequest } from '@aws-sdk/client-pinpoint'
import type { Call } from './calls.ts'
import type { Item } from './customers.ts'
import { loopFigures } from './figures.ts'
import type { LoopInRegion } from './figures.ts'
import type { PackagedStage } from './packaged-stage.ts'

export interface LoopFigures {
  readonly regions: Readonly<Record<string, LoopInRegion & { readonly failed: number }>>
}

/** `calls`: filled while the loops work, for `seconds` or until they have been through the items. */
export const playLoop = async (
  { stage, regions }: PackagedStage,
  items: readonly Item[],
  seconds: number,
  calls: readonly Call[],
): Promise<LoopFigures> => {
  const end = performance.now() + seconds * 1000
  const loops = Object.entries(regions.applications).map(async ([region, ApplicationId]) => {
    const from = calls.length
    // The SDK as it comes, with its three attempts.
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const client = new PinpointClient({ region, endpoint: stage.url, credentials })
    let failed = 0
    for (const { Id: EndpointId, ...rest } of items) {
      if (performance.now() >= end) break
      const EndpointRequest = rest as unknown as EndpointRequest
      try {
        await client.send(new UpdateEndpointCommand({ ApplicationId, EndpointId, EndpointRequest }))
      } catch {
        // The samples stop here or write a line; to be kind, the loop goes on with the next record.
        failed += 1
      }
    }
    client.destroy()
    const own = calls.slice(from).filter((call) => call.region === region)
    return [region, { ...loopFigures(own), failed }] as const
  })
  return { regions: Object.fromEntries(await Promise.all(loops)) }
}
