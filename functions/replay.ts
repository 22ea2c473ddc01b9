/** Replay: `{ keys }` or `{ from, to }`, and which `regions`: sends to them once more what they were, or should have been, sent. */
import { door } from '../shared/runtime/door.ts'
import { replay } from '../shared/runtime/operator-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(replay(wire()))
