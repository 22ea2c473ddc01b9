/** What of an export belongs to the customer table: it reaches the standby by its lane, and here it is only compared. */
import type { Endpoint } from '../../endpoint/endpoint.ts'
import type { Consents } from '../../ledger/consents.ts'
import type { LaneMemory, Sent } from '../../ledger/lane-memory.ts'

export interface Lanes {
  readonly primary: Pick<LaneMemory, 'sent'>
  readonly standby: Pick<LaneMemory, 'sent'>
  readonly consents: Consents
  /** When the export began, ISO 8601: what it shows had been said by then. */
  readonly exportStartedAt: string
}

/** An id whose lane owes the standby something, and what the standby was last sent. */
export interface Behind {
  readonly id: string
  readonly seen: string
}

export interface TableOwned {
  readonly ids: ReadonlySet<string>
  readonly behind: readonly Behind[]
  /** Whose lanes are to look again: the ones behind, and those of whom the primary knows an opt-out that we do not. */
  readonly dirty: readonly string[]
}

/**
 * Of these endpoints of an export, those that a lane has ever written or removed. An opt-out among them that is not ours
 * (a STOP that the primary took) is heard for all Regions.
 */
export const tableOwned = async (endpoints: readonly Endpoint[], lanes: Lanes): Promise<TableOwned> => {
  const ids = endpoints.map(({ Id }) => Id)
  const [primary, standby] = await Promise.all([lanes.primary.sent(ids), lanes.standby.sent(ids)])
  const owned = endpoints.filter(({ Id }) => primary.has(Id) || standby.has(Id))
  const behind = owned
    .filter(({ Id }) => !isCaughtUp(primary.get(Id), standby.get(Id)))
    .map(({ Id }) => ({ id: Id, seen: standby.get(Id)?.fingerprint ?? '' }))
  const foreign = owned.filter(({ Id, OptOut }) => OptOut === 'ALL' && primary.get(Id)?.optOut !== 'ALL')
  const heard = await hearOptOuts(
    foreign.map(({ Id }) => Id),
    lanes,
  )
  return { ids: new Set(owned.map(({ Id }) => Id)), behind, dirty: [...behind.map(({ id }) => id), ...heard] }
}

/** How many of them are still behind: not sent at all, without an answer, or no further than they were. */
export const stillBehind = async (
  behind: readonly Behind[],
  lanes: Pick<Lanes, 'primary' | 'standby'>,
): Promise<number> => {
  const ids = behind.map(({ id }) => id)
  const [primary, standby] = await Promise.all([lanes.primary.sent(ids), lanes.standby.sent(ids)])
  const isBehind = ({ id, seen }: Behind) => {
    const now = standby.get(id)
    return now?.state !== 'applied' || (now.fingerprint === seen && !isCaughtUp(primary.get(id), now))
  }
  return behind.filter(isBehind).length
}

const isCaughtUp = (primary: Sent | undefined, standby: Sent | undefined): boolean =>
  standby?.state === 'applied' && (!primary || primary.fingerprint === standby.fingerprint)

const hearOptOuts = async (
  ids: readonly string[],
  { consents, exportStartedAt }: Lanes,
): Promise<string[]> => {
  const known = await consents.of(ids)
  const news = ids.filter((id) => known.get(id)?.value !== 'ALL')
  await Promise.all(news.map((id) => consents.note(id, { value: 'ALL', at: exportStartedAt })))
  return news
}
