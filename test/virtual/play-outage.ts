/** Plays an outage, or the same hours without it, for whoever started this process. */
import { answer } from './in-own-process.ts'
import { playOutage } from './outage.ts'

await answer(playOutage)
