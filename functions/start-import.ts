/** Start import: staged files → an Import Job in their Region, or "busy, ask later". */
import { door } from '../shared/runtime/door.ts'
import { startImport } from '../shared/runtime/load-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(startImport(wire()))
