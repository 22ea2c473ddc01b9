/** What a dropped file would do in one Region, as a dry run has found. */
import type { Region } from '../endpoint/endpoint.ts'

/** What a Region would be given, and what that costs. */
export interface Load {
  readonly rows: number
  readonly bytes: number
  /** Import Jobs, one for each import file. */
  readonly jobs: number
  /** The same rows by calls that put endpoints instead, within our share of the quota: for comparison. */
  readonly byCalls?: { readonly calls: number; readonly minutes: number }
  readonly cost: { readonly usd: number; readonly of: string }
  /** What nobody can say beforehand, and why. */
  readonly unknown: readonly string[]
}

/** Their sum is the load's rows. */
export interface Effects {
  /** The Region has no such endpoint. */
  readonly adds: number
  /** It has one, and the row says something else. */
  readonly changes: number
  /** It has all that the row says. */
  readonly same: number
  /** Left out, as the customer table has sent newer ones, or has removed the endpoint. */
  readonly left: number
}

/** `exact`: every row was looked at. `estimated`: a sample was, spread over the whole file. `unknown`: none was. */
export interface Forecast {
  readonly region: Region
  readonly how: 'exact' | 'estimated' | 'unknown'
  readonly effects?: Effects
  /** Rows looked at, and by how many rows an effect is wrong at most, in 19 of 20 samples. */
  readonly sample?: { readonly rows: number; readonly within: number }
  /** Why not all of the sample was looked at: the error's name. */
  readonly reason?: string
  readonly load?: Load
}
