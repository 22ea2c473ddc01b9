/** Open backlog: every five minutes, gives a Region's backlog to an Import Job where it is too much for calls. */
import { openBacklog } from '../shared/runtime/backlog-doors.ts'
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(openBacklog(wire()))
