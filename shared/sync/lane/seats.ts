/** A user's endpoints in one Region: at most fifteen. A sixteenth is refused, or one that is there has to give way to it. */
import { SEATS } from '../../endpoint/coupling.ts'
import { keyOf } from '../../endpoint/endpoint.ts'
import type { Sent } from '../../ledger/lane-memory.ts'
import type { Observed } from './observe.ts'
import { isGone } from './plan-remove.ts'

/** Does the Region hold it, as far as we know? */
export const isThere = (note: Sent | undefined): boolean =>
  note !== undefined && !isGone(note) && note.at !== ''

/** Do the user's others, some of whom have lost their seat and are leaving, still fill the Region's seats? Those who come with it count. */
export const isCrowded = (
  id: string,
  user: string | undefined,
  { groups, sent }: Observed,
  newcomers: ReadonlySet<string>,
): boolean => {
  if (user === undefined) return false
  const isSeated = (each: string) => {
    const note = sent.get(each)
    // A delete that was accepted may still be on its way: its note names no user any more.
    return (isThere(note) || newcomers.has(each)) && (note?.user ?? user) === user
  }
  const members = Object.keys(groups.get(user)?.members ?? {})
  return !isSeated(keyOf(id)) && members.filter(isSeated).length >= SEATS
}
