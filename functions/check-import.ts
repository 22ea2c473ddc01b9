/** Check import: how far a Region's Import Job is, when to ask again, and what to do about what it has left out. */
import { door } from '../shared/runtime/door.ts'
import { checkImport } from '../shared/runtime/load-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(checkImport(wire()))
