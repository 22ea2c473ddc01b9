/** A table, page by page, as far as time allows. */
import type { Page, Place } from '../../ledger/scan.ts'

export interface Pages<T> {
  readonly read: (from: Place | undefined) => Promise<Page<T>>
  readonly take: (found: readonly T[]) => Promise<void>
  /** Asked after each page; at least one is taken. */
  readonly hasTime: () => boolean
}

/** Takes the pages from `from`, or the beginning, on. Resolves to the place to go on from; undefined at the end. */
export const pageByPage = async <T>(
  { read, take, hasTime }: Pages<T>,
  from: Place | undefined,
): Promise<Place | undefined> => {
  let place = from
  do {
    const { found, next } = await read(place)
    await take(found)
    place = next
  } while (place && hasTime())
  return place
}
