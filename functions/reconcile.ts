/**
 * Reconcile: `{ regions?, force?, cursor? }`: makes the lanes look at the whole customer table again, and at what it has no more.
 * A Region that is new is filled by a reconcile of it alone.
 */
import { door } from '../shared/runtime/door.ts'
import { reconcile } from '../shared/runtime/operator-doors.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(reconcile(wire()))
