/** What an error of a Region, or the lack of any answer, means for the change that was sent, or the question that was asked. */
import { failed, rejected } from '../endpoint/outcome.ts'
import type { Outcome } from '../endpoint/outcome.ts'
import { OutOfTime } from './pace.ts'

/** The call was not made: what it was to say may not be said any more. */
export class NoMore extends Error {
  override readonly name = 'MEANWHILE'
}

/**
 * Judged by the HTTP status, as the error's name needs a header that not every answer carries. 400 and 413 are about the
 * data. All else may pass: 429, and 403 or 404, which are about the project in that Region, certainly had no effect; of 5xx and
 * of no answer at all nobody can tell.
 * The reason is the error's name: its text may quote the data.
 */
export const answerOf = (error: unknown): Outcome => {
  if (error instanceof OutOfTime || error instanceof NoMore) return failed(error.name, 'none')
  const status = statusOf(error)
  const reason = error instanceof Error ? error.name : 'Unknown'
  if (status === 400 || status === 413) return rejected(reason)
  return failed(reason, status !== undefined && status < 500 ? 'none' : 'unknown')
}

/** 404: in this Region there is no such endpoint (or no such project). */
export const isAbsent = (error: unknown): boolean => statusOf(error) === 404

/** 429: as many calls or jobs as the Region allows are under way. */
export const isThrottled = (error: unknown): boolean => statusOf(error) === 429

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
