/** Stream records → dirty markers: the ids that changed, without what changed, into every Region's lane. */
import { chunksOf } from '../ledger/chunks.ts'
import type { Region } from '../endpoint/endpoint.ts'

/** The body of a lane's message. `v` lets a later version of the sender tell the shapes apart. */
export interface Marker {
  readonly v: 1
  readonly ids: readonly string[]
}

/** Ids one marker carries: what one UpdateEndpointsBatch call can take. */
const IDS = 100

/** The markers for `ids`, each id once. */
export const markersFor = (ids: readonly string[]): Marker[] =>
  chunksOf([...new Set(ids)], IDS).map((chunk) => ({ v: 1, ids: chunk }))

/** The ids of a marker; throws on a shape that this version does not know, so that it is kept and not lost. */
export const idsOf = (body: string): readonly string[] => {
  const marker: unknown = JSON.parse(body)
  const { v, ids } = (typeof marker === 'object' && marker !== null ? marker : {}) as {
    v?: unknown
    ids?: unknown
  }
  if (v !== 1 || !Array.isArray(ids)) throw new Error('unknown kind of dirty marker')
  return ids.map(String)
}

/** Puts the markers into every Region's lane. Rejects if any lane did not take them: the stream then gives them again. */
export const markDirty = async (
  ids: readonly string[],
  regions: readonly Region[],
  enqueue: (region: Region, markers: readonly Marker[]) => Promise<void>,
): Promise<void> => {
  const markers = markersFor(ids)
  const results = await Promise.allSettled(regions.map((region) => enqueue(region, markers)))
  const lost = results.find((result) => result.status === 'rejected')
  if (lost) throw lost.reason
}
