/** Redrive: `{ region, lane }`: what a lane has given up goes back into it. */
import { door } from '../shared/runtime/door.ts'
import { redrive } from '../shared/runtime/operator-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(redrive(wire()))
