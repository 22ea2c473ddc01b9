/**
 * Hold lane: `{ region, paused }`: stops what is sent to a Region, or lets it go on. What is held for more than three days comes
 * to lie in the dead-letter queues: redrive it then.
 */
import { door } from '../shared/runtime/door.ts'
import { holdLane } from '../shared/runtime/operator-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(holdLane(wire()))
