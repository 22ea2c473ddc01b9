import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consentRegister } from '../../shared/ledger/consents.ts'
import type { FileCounts } from '../../shared/ledger/runs.ts'
import { hashPairOf } from '../../shared/sources/csv/row-batch.ts'
import { crowds } from '../../shared/sync/drop/crowds.ts'
import { prepareFile } from '../../shared/sync/drop/prepare-file.ts'
import type { Prepare, Prepared } from '../../shared/sync/drop/prepared.ts'
import { memoryFiles } from './memory-files.ts'
import { memoryTable } from './memory-table.ts'

interface Row {
  readonly Id: string
  readonly user: string
  readonly isOptOut: boolean
}

const source = { bucket: 'drops', key: 'drops/a', version: 'v1' }

/** `calls`: how many at least it is to take. */
const prepare = async (content: string, calls = 1, isReleased = true) => {
  const { files, objects } = memoryFiles()
  const read: Prepare['files']['read'] = (object) =>
    object.key === source.key ? Promise.resolve(Readable.from([Buffer.from(content)])) : files.read(object)
  const task: Prepare = {
    ...{ run: 'r', source, droppedAt: '2026-06-01T00:00:00.000Z', bucket: 'work' },
    ...{ files: { ...files, read }, consents: consentRegister(memoryTable()), isReleased },
    ...(calls > 1 && { hasTime: () => false }),
  }
  let done: Prepared = await prepareFile(task)
  let times = 1
  for (; done.state === 'unfinished'; times += 1) done = await prepareFile({ ...task, from: done.from })
  const lines = [...objects]
    .filter(([key]) => key.startsWith('work/runs/r/import/'))
    .flatMap(([, text]) => Buffer.from(text, 'latin1').toString().split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as { Id: string; OptOut?: string; User?: { UserId: string } })
  const textOf = (key: string) => Buffer.from(objects.get(`work/${key}`) ?? '', 'latin1').toString()
  return {
    state: done.state,
    file: 'file' in done ? (done.file as FileCounts) : undefined,
    lines,
    times,
    textOf,
    objects,
  }
}

const cellsOf = ({ Id, user, isOptOut }: Row) =>
  [Id, `${Id.toLowerCase()}@example.com`, 'EMAIL', isOptOut ? 'ALL' : '', user].join(',')
const csvOf = (rows: readonly Row[]) =>
  `Id,Address,ChannelType,OptOut,User.UserId\n${rows.map(cellsOf).join('\n')}\n`
const jsonOf = (rows: readonly Row[]) =>
  rows
    .map(({ Id, user, isOptOut }) => ({
      ...{ Id, Address: `${Id.toLowerCase()}@example.com`, ChannelType: 'EMAIL' },
      ...(isOptOut && { OptOut: 'ALL' }),
      ...(user !== '' && { User: { UserId: user } }),
    }))
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')

/** Of each id the last row counts; of each user the first fifteen ids by order. */
const seatedOf = (rows: readonly Row[]): string[] => {
  const last = new Map(rows.map((row) => [row.Id.toLowerCase(), row]))
  const byUser = Map.groupBy(last, ([, { user }]) => user)
  return [...byUser].flatMap(([user, members]) => {
    const ids = members.map(([id]) => id).sort()
    return user === '' ? ids : ids.slice(0, 15)
  })
}

const rowsOf = fc.array(
  fc.record({
    Id: fc.integer({ min: 0, max: 60 }).map((at) => (at % 3 === 0 ? `P-${at}` : `p-${at}`)),
    user: fc.constantFrom('u', 'u', 'U', 'ü', ''),
    isOptOut: fc.integer({ min: 0, max: 9 }).map((at) => at === 0),
  }),
  { minLength: 20, maxLength: 120 },
)

describe('the rows of one user in a file', () => {
  it.each([
    ['CSV', csvOf],
    ['JSON Lines', jsonOf],
  ])(
    'are fifteen at most, those of the first ids, in whatever order they come (%s)',
    async (_format, textOf) => {
      await fc.assert(
        fc.asyncProperty(rowsOf, async (rows) => {
          const { file, lines } = await prepare(textOf(rows))
          const seated = seatedOf(rows)
          const whole = lines.filter(
            ({ Id, User }) => User !== undefined || seated.includes(Id.toLowerCase()),
          )
          expect(whole.map(({ Id }) => Id.toLowerCase()).sort()).toEqual(seated.sort())
          // The others are there for their opt-out alone, if at all.
          const bare = lines.filter((line) => !whole.includes(line))
          expect(bare.every(({ OptOut }) => OptOut === 'ALL')).toBe(true)
          const ids = new Set(rows.map(({ Id }) => Id.toLowerCase())).size
          expect(file).toMatchObject({
            ...{ rows: rows.length, accepted: lines.length, superseded: rows.length - ids },
            rejected: ids - lines.length,
          })
        }),
        { numRuns: 60 },
      )
    },
  )

  it('that are too many are in rejects.csv, with the rule and as they were', async () => {
    const rows = Array.from({ length: 17 }, (_, at) => ({
      Id: `p-${10 + at}`,
      user: 'o"neil',
      isOptOut: false,
    }))
    const quoted = csvOf(rows).replaceAll('o"neil', '"o""neil"')
    const { textOf } = await prepare(quoted)
    const [, ...rejected] = textOf('reports/r/rejects.csv').trim().split('\n')
    expect(rejected.map((line) => line.split(',')[0])).toEqual(['17', '18'])
    expect(rejected[0]).toContain('User.UserId: USER_ENDPOINTS (expected at most 15 endpoints of a user)')
    expect(rejected[0]).toContain('p-25,p-25@example.com,EMAIL,,"o""neil"')
  })

  it.each([
    ['in a row before it', (rows: string) => `z,z@example.com,EMAIL,ALL,,DE\n${rows}`],
    ['in an unfit row behind it', (rows: string) => `${rows}z,z@example.com,EMAIL,ALL,,Germany\n`],
  ])('do not take the opt-out along that another row of the same id has said: %s', async (_where, with_) => {
    const others = Array.from({ length: 15 }, (_, at) => `a-${10 + at},a${at}@example.com,EMAIL,,u,DE\n`)
    const text = with_(`${others.join('')}z,z@example.com,EMAIL,,u,DE\n`)
    const { file, lines } = await prepare(
      `Id,Address,ChannelType,OptOut,User.UserId,Location.Country\n${text}`,
    )
    expect(lines.find(({ Id }) => Id === 'z')).toEqual({
      ...{ Id: 'z', Address: 'z@example.com', ChannelType: 'EMAIL', OptOut: 'ALL' },
    })
    expect(file).toMatchObject({ rows: 17, accepted: 16, rejected: 0, superseded: 1 })
  })

  it('hold the file where they are many', async () => {
    const rows = Array.from({ length: 500 }, (_, at) => ({ Id: `p-${at}`, user: 'company', isOptOut: false }))
    const { state, file } = await prepare(csvOf(rows), 1, false)
    expect(state).toBe('held')
    expect(file).toMatchObject({ code: 'MANY_REJECTS', held: { rows: 500, rejected: 485 } })
  })

  it('are the same ones for whoever goes on in the middle', async () => {
    const rows = Array.from({ length: 9_000 }, (_, at) => ({
      ...{
        Id: `p-${String((at * 7) % 9_000).padStart(5, '0')}`,
        user: at % 3 === 0 ? 'u' : '',
        isOptOut: false,
      },
    }))
    const [inOne, inTwo] = [await prepare(csvOf(rows)), await prepare(csvOf(rows), 2)]
    expect(inTwo.times).toBeGreaterThan(1)
    expect(inTwo.file).toEqual(inOne.file)
    expect(inOne.file).toMatchObject({ accepted: 6_015, rejected: 2_985 })
  })

  it('of more users than anybody means are not remembered any more', () => {
    const seen = crowds(2)
    for (const user of ['a', 'b', 'c']) {
      expect(seen.isFull).toBe(false)
      for (let at = 0; at < 16; at += 1) seen.saw(...hashPairOf(user))
    }
    expect(seen.isFull).toBe(true)
  })

  it('are counted for hardly any user who has few', () => {
    const seen = crowds()
    for (let user = 0; user < 300_000; user += 1) {
      const hash = hashPairOf(`user-${user}`)
      for (let at = 0; at < 3; at += 1) seen.saw(...hash)
    }
    expect(seen.users.size).toBeLessThan(3)
  })
})
