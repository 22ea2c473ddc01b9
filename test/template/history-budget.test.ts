import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, it } from 'vitest'
import { checkJob, startJob } from '../../shared/sync/load/follow-job.ts'
import type { JobProgress } from '../../shared/sync/load/follow-job.ts'
import { judgeImport } from '../../shared/sync/load/judge-import.ts'
import { openStates } from '../contract/open-states.ts'
import type { OpenStates } from '../contract/open-states.ts'
import { definitionOf } from './machine-definition.ts'

/** What an execution may keep (Step Functions developer guide, "Quotas": 25,000 events, 256 KiB a state) is far more than this. */
const BUDGET = { events: 8_000, stateBytes: 32 * 1024 }
const MINUTE = 60_000
const HOURS = 6
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-south-1']
const COUNTS = { rows: 9e6, accepted: 9e6, rejected: 0, superseded: 0, inactive: 0, tableOwned: 0 }

let stage: OpenStates
afterEach(() => stage.close())

/** A drop of five Regions whose jobs take `minutes`; `as` is what the doors' answers become. */
const play = async (minutes: number, as = (progress: JobProgress) => progress) => {
  const begun = new Map<string, number>()
  const patience = (turn: number) => ({ turn, hours: HOURS })
  const answer = async (progress: Promise<JobProgress>) =>
    judgeImport(as(await progress), { attempt: 1, rows: 9e6, most: 50_000 })
  const place = (region: string, part: number) => ({
    bucket: `samepoint-123456789012-${region}`,
    prefix: `staging/csv-${'0'.repeat(32)}/1/${part}/`,
  })
  stage = await openStates({
    'prepare-file': ({ from }: { from: { line: number } }) =>
      from.line === 0
        ? { state: 'unfinished', accepted: 9e6, from: { line: 9e6, parts: 4, bytes: 4e9, counts: COUNTS } }
        : { state: 'done', accepted: 9e6 },
    'stage-file': ({ region, part }: { region: string; part: number }) => ({
      ...{ ...place(region, part), rows: 9e6, left: 0, more: false, at: '2026-01-01T00:00:00.000Z' },
    }),
    'start-import': ({ region, turn }: { region: string; turn: number }) => {
      begun.set(region, stage.clock.now())
      return answer(startJob(() => Promise.resolve({ job: '0'.repeat(32) }), patience(turn)))
    },
    'check-import': ({ region, job, turn }: { region: string; job: string; turn: number }) => {
      const isOver = stage.clock.now() - (begun.get(region) ?? 0) >= minutes * MINUTE
      const state = isOver ? 'done' : 'running'
      const found = { state, processed: 9e6, failures: 0, failedPieces: 0 } as const
      return answer(checkJob(() => Promise.resolve(found), job, patience(turn)))
    },
    'mark-touched': () => ({ marked: 0 }),
    'record-outcome': ({ outcome }: { outcome: { result: string } }) => ({ result: outcome.result }),
    'close-run': () => ({ verdict: 'complete' }),
  })
  const loadRegion = stage.create(await definitionOf('load-region'), 'load-region')
  const input = { run: `csv-${'0'.repeat(32)}`, regions: REGIONS, door: 'csv-drop' }
  await stage.run(await definitionOf('csv-drop', loadRegion), input, (minutes + 30) * MINUTE)
  return Promise.all(stage.states.executions().map(({ executionArn }) => historyOf(executionArn)))
}

const historyOf = async (executionArn: string) => {
  const { status } = stage.find(executionArn)
  let events = 0
  let stateBytes = 0
  let nextToken: string | undefined
  do {
    const command = new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, nextToken })
    const page = await stage.sfn.send(command)
    for (const event of page.events ?? []) {
      events += 1
      // What a state is given and what it leaves lie one below the event.
      for (const details of Object.values(event).filter((each) => typeof each === 'object'))
        for (const text of Object.values(details as object).filter((each) => typeof each === 'string'))
          stateBytes = Math.max(stateBytes, Buffer.byteLength(text))
    }
    nextToken = page.nextToken
  } while (nextToken)
  return { status, events, stateBytes }
}

const sumOf = (histories: readonly { events: number }[]) =>
  histories.reduce((sum, { events }) => sum + events, 0)

describe('the history of a drop for five Regions', () => {
  it('whose jobs take six hours keeps to its budget of events and of bytes a state', async () => {
    const histories = await play(HOURS * 60 - 5)
    expect(histories.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'SUCCEEDED'))
    expect(sumOf(histories)).toBeLessThanOrEqual(BUDGET.events)
    // The waits are what it consists of: five Regions, more than a hundred looks each.
    expect(sumOf(histories)).toBeGreaterThan(5 * 100 * 9)
    const stateBytes = Math.max(...histories.map((each) => each.stateBytes))
    expect(stateBytes).toBeGreaterThan(200)
    expect(stateBytes).toBeLessThanOrEqual(BUDGET.stateBytes)
  })

  it('exceeds it within half an hour where each look comes two seconds after the last', async () => {
    expect(sumOf(await play(20, (progress) => ({ ...progress, turn: 0, wait: 2 })))).toBeGreaterThan(
      BUDGET.events,
    )
  })
})
