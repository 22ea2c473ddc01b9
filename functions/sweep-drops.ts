/** Sweep drops: every hour, starts the runs of dropped files that no event has told of. */
import { door } from '../shared/runtime/door.ts'
import { sweep } from '../shared/runtime/drop-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(sweep(wire()))
