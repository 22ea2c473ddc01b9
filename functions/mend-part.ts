/** Mend part: the rows of an import file of which the Region's job has left out some → the Region by API, as far as there is time. */
import { door } from '../shared/runtime/door.ts'
import { mendPart } from '../shared/runtime/load-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(mendPart(wire()))
