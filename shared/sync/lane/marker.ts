/** Dirty markers: what has to be looked at again, without what it has become. */
import { chunksOf } from '../../ledger/chunks.ts'

/** The body of a lane's message. `v` lets a later version of the sender tell the shapes apart. */
export interface Marker {
  readonly v: 2
  /** Keys of items of the customer table; or `ids` of endpoints whose items they are. */
  readonly keys?: readonly string[]
  readonly ids?: readonly string[]
  /** When the oldest change it stands for was committed, ms since the epoch. */
  readonly at: number
  /** Send even what seems to be there. */
  readonly force?: boolean
}

/** Keys or ids one marker carries: what one UpdateEndpointsBatch call can take. */
const ENTRIES = 100

/** The markers for `keys`, each once. */
export const markersFor = (keys: readonly string[], at: number, force = false): Marker[] =>
  chunksOf([...new Set(keys)], ENTRIES).map((chunk) => ({ v: 2, keys: chunk, at, ...(force && { force }) }))

/** The markers for endpoint ids, each once. */
export const idMarkersFor = (ids: readonly string[], at: number, force = false): Marker[] =>
  chunksOf([...new Set(ids)], ENTRIES).map((chunk) => ({ v: 2, ids: chunk, at, ...(force && { force }) }))

/** The marker in a message's body; undefined for a shape that this version does not know: it is kept and not lost. */
export const markerIn = (body: string): Marker | undefined => {
  const marker = parsed(body)
  const isKnown =
    marker?.v === 2 && Number.isFinite(marker.at) && (isTexts(marker.keys) || isTexts(marker.ids))
  return isKnown ? (marker as Marker) : undefined
}

const parsed = (body: string): Partial<Marker> | undefined => {
  try {
    return (JSON.parse(body) ?? undefined) as Partial<Marker> | undefined
  } catch {
    return undefined
  }
}

const isTexts = (list: unknown): boolean =>
  Array.isArray(list) && list.every((each) => typeof each === 'string' && each !== '')
