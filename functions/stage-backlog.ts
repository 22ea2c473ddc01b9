/** Stage backlog: the markers of a Region's bulk lane → import files in its bucket; what a file cannot say stays with the lane. */
import { stageBacklog } from '../shared/runtime/backlog-doors.ts'
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(stageBacklog(wire()))
