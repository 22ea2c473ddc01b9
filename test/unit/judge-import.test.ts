import { expect, it } from 'vitest'
import type { JobProgress } from '../../shared/sync/load/follow-job.ts'
import { judgeImport } from '../../shared/sync/load/judge-import.ts'

const progress = (more: Partial<JobProgress> = {}): JobProgress => ({
  ...{ state: 'done', job: 'j', processed: 10, failures: 0, failedPieces: 0, reason: '', turn: 1, wait: 2 },
  ...more,
})
const failed = { state: 'failed', reason: 'JOB_FAILED' } as const
const judged = (more: Partial<JobProgress>, attempt = 1, rows: number | undefined = 10) => {
  const { state, reason } = judgeImport(progress(more), { attempt, rows, most: 100 })
  return [state, reason]
}

it.each([
  ['has taken every row', {}, 1, ['done', '']],
  ['is not over', { state: 'running', failures: 1 }, 1, ['running', '']],
  ['has left out a row', { failures: 1 }, 1, ['refused', '']],
  ['has failed', failed, 1, ['failed', 'JOB_FAILED']],
  ['has failed again', failed, 2, ['refused', '']],
  ['has failed again before it read a row', { ...failed, processed: 0 }, 2, ['failed', 'JOB_FAILED']],
  ['says that it is done, and has pieces that failed', { failedPieces: 1 }, 1, ['failed', 'JOB_FAILED']],
  ['says so again', { failedPieces: 1 }, 2, ['refused', '']],
  [
    'was given up, and may still write',
    { state: 'failed', reason: 'NOT_OVER_IN_TIME' },
    2,
    ['failed', 'NOT_OVER_IN_TIME'],
  ],
] as const)('a job that %s', (_what, more, attempt, expected) => {
  expect(judged(more, attempt)).toEqual(expected)
})

it('a file of too many rows for calls is cut into slices, but not into any number of them', () => {
  expect(judged({ failures: 1 }, 1, 100)).toEqual(['refused', ''])
  expect(judged({ failures: 1 }, 1, 101)).toEqual(['split', ''])
  expect(judged(failed, 1, 101)).toEqual(['failed', 'JOB_FAILED'])
  expect(judged(failed, 2, 1_200)).toEqual(['split', ''])
  expect(judged({ failures: 1 }, 1, 1_201)).toEqual(['done', ''])
  expect(judged(failed, 2, 1_201)).toEqual(['failed', 'JOB_FAILED'])
})

it('a file that is made good otherwise is left as it is', () => {
  const { state } = judgeImport(progress({ failures: 1 }), { attempt: 1, rows: undefined, most: 100 })
  expect(state).toBe('done')
})
