/** Receipts: `{ key }` of a customer that was deleted: in which Regions that is proved, in which not yet, or that nothing is known. */
import { door } from '../shared/runtime/door.ts'
import { receipts } from '../shared/runtime/operator-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(receipts(wire()))
