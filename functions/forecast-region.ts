/** Forecast region: what a file of a dry run would do in one Region, and what that would take. */
import { door } from '../shared/runtime/door.ts'
import { forecast } from '../shared/runtime/dry-run-door.ts'
import { wire } from '../shared/runtime/wire.ts'

export const handler = door(forecast(wire()))
