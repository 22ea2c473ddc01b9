/** Dirty markers of one Region's lanes → that Region, as the customer table is now. Deployed once for each Region. */
import { door } from '../shared/runtime/door.ts'
import { sendChanges } from '../shared/runtime/lane-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(sendChanges(wire()))
