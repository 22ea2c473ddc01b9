/** Release drop: `{ run, release }`: loads a dropped file that is held, or (false) refuses it for good. */
import { door } from '../shared/runtime/door.ts'
import { releaseDrop } from '../shared/runtime/operator-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(releaseDrop(wire()))
