/** Close backlog: what became of the Import Job → what the lane remembers, and markers for all that was in the files. */
import { closeBacklog } from '../shared/runtime/backlog-doors.ts'
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(closeBacklog(wire()))
