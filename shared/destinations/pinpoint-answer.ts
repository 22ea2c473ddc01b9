/** What an error of Pinpoint, or the lack of any answer, means for the change that was sent. */
import { failed, rejected } from '../endpoint/outcome.ts'
import type { Outcome } from '../endpoint/outcome.ts'

/**
 * Judged by the HTTP status, as the error's name needs a header that not every answer carries. 400 and 413 are about the
 * data. All else (no answer, 429, 5xx, and 403 or 404, which are about the project in that Region) may pass.
 * The reason is the error's name: its text may quote the data.
 */
export const answerOf = (error: unknown): Outcome => {
  const status = statusOf(error)
  const reason = error instanceof Error ? error.name : 'Unknown'
  return status === 400 || status === 413 ? rejected(reason) : failed(reason)
}

/** 404: in this Region there is no such endpoint (or no such project). */
export const isAbsent = (error: unknown): boolean => statusOf(error) === 404

/** 429: as many calls or jobs as the Region allows are under way. */
export const isThrottled = (error: unknown): boolean => statusOf(error) === 429

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
