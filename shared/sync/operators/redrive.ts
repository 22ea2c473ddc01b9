/** Redrive: markers that a lane has given up go back into it. */
import { markerIn } from '../lane/marker.ts'
import type { Marker } from '../lane/marker.ts'

export interface DeadLetter {
  /** The message's own, the same however often it is received. */
  readonly id: string
  /** With it this receipt of the message is deleted. */
  readonly handle: string
  readonly body: string
}

/** The queue behind a lane. */
export interface DeadLetters {
  /** Some of them, each hidden for a while then; none when none can be seen any more. */
  receive(): Promise<readonly DeadLetter[]>
  delete(letters: readonly DeadLetter[]): Promise<void>
}

export interface Redriven {
  /** Sent to the lane. */
  readonly moved: number
  /** Seen and left where they are: no markers that this version knows. */
  readonly left: number
  /** False when time was short: there may be more. */
  readonly isThrough: boolean
}

/**
 * Sends the markers to the lane, and deletes them once it has taken them: who dies in between makes duplicates, which do no
 * harm. Rejects when the lane does not take them.
 */
export const redrive = async (
  dead: DeadLetters,
  send: (markers: readonly Marker[]) => Promise<void>,
  hasTime: () => boolean,
): Promise<Redriven> => {
  const left = new Set<string>()
  let moved = 0
  while (hasTime()) {
    const letters = await dead.receive()
    if (letters.length === 0) return { moved, left: left.size, isThrough: true }
    const known = letters.filter(({ body }) => markerIn(body))
    for (const letter of letters) if (!known.includes(letter)) left.add(letter.id)
    if (known.length === 0) continue
    await send(known.flatMap(({ body }) => markerIn(body) ?? []))
    await dead.delete(known)
    moved += known.length
  }
  return { moved, left: left.size, isThrough: false }
}
