/** The customer table's stream → dirty markers in every Region's lanes. */
import { door } from '../shared/runtime/door.ts'
import { markChanges } from '../shared/runtime/lane-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(markChanges(wire()))
