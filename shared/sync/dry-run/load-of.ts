/** What a Region would be given of a file, and what that takes in calls, minutes and money. Pure. */
import type { Destination } from '../../destinations/destination.ts'
import type { Load } from '../../ledger/forecast.ts'

export interface Given {
  readonly rows: number
  readonly bytes: number
  readonly jobs: number
  readonly quota: Destination['quota']
  /** The Region is another than the hub: what it is given crosses over, and is read back once. */
  readonly isAway: boolean
}

/** Of the ledger for a row: who has opted out, what the lane has sent, and after the job what it has sent meanwhile. */
const READS = 3
/**
 * USD, us-east-1: a million read request units on demand (DynamoDB price list of November 2024; a consistent read of up to 4 KB is
 * one), and a GB from S3 to another Region (S3 price list, "Data Transfer").
 */
const PRICES = { millionReads: 0.125, gigabyte: 0.02 }
const GIGABYTE = 1024 ** 3

/** No more than is documented, or counted; the rest is listed as unknown. */
export const loadOf = ({ rows, bytes, jobs, quota, isAway }: Given): Load => {
  const ledger = ((rows * READS) / 1_000_000) * PRICES.millionReads
  const traffic = isAway ? ((2 * bytes) / GIGABYTE) * PRICES.gigabyte : 0
  return {
    ...{ rows, bytes, jobs },
    ...(quota && { byCalls: byCalls(rows, quota) }),
    cost: { usd: rounded(ledger + traffic, 4), of: OF },
    unknown: UNKNOWN,
  }
}

const byCalls = (
  rows: number,
  { perCall, perSecond }: NonNullable<Given['quota']>,
): NonNullable<Load['byCalls']> => {
  const calls = Math.ceil(rows / perCall)
  return { calls, minutes: rounded(calls / perSecond / 60, 1) }
}

/** Up, as nobody minds when it is less. */
const rounded = (value: number, digits: number): number => Math.ceil(value * 10 ** digits) / 10 ** digits

const OF = `the ledger's reads (${READS} a row, ${PRICES.millionReads} USD a million) and traffic between Regions (${PRICES.gigabyte} USD a GB, there and back), at prices of us-east-1; not Lambda and Step Functions`

const UNKNOWN = [
  'minutes of an Import Job: its throughput is not documented, and jobs wait for one another',
  'what Pinpoint charges for an import: no such price is documented',
]
