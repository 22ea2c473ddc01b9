/** Prepare file: a dropped file → import files, and a report of the rows that were set aside; as far as there is time. */
import { door } from '../shared/runtime/door.ts'
import { prepareDrop } from '../shared/runtime/drop-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(prepareDrop(wire()))
