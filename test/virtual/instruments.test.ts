import { describe, expect, it } from 'vitest'
import { arrivals } from './arrivals.ts'
import { historyOf, wantedAfter } from './customers.ts'
import type { Update } from './customers.ts'
import { regionFigures } from './outage-figures.ts'
import { differences, versionsIn } from './region-contents.ts'
import type { Shown } from './region-contents.ts'
import { spreadOf } from './spread.ts'

const REGION = 'eu-west-1'
const SAYS = { plan: 'gold', orders: 1, city: undefined, consent: undefined }

/** What is committed and what is sent, by the seconds at which it happens. */
const watched = () => {
  const seen = arrivals({ [REGION]: 'project' }, 100)
  const exchange = (method: string, path: string, { at, body, status = 202 }: Call) =>
    seen.saw({
      request: {
        method,
        hostname: 'pinpoint',
        path: `/v1/apps/project/${path}`,
        headers: {},
        ...(body && { body: new TextEncoder().encode(JSON.stringify(body)) }),
      },
      startedAt: at * 1000,
      endedAt: at * 1000,
      status,
    })
  const item = (Id: string, version: number) => ({ Id, Attributes: { Version: [String(version)] } })
  return {
    region: () => seen.of(REGION),
    commit: (id: string, version: number, at: number, isDelete = false) => {
      const kind = isDelete ? 'delete' : 'change'
      const update: Update = { at, id, version, kind, says: isDelete ? undefined : SAYS }
      seen.committed(update, at * 1000)
    },
    put: (id: string, version: number, at: number, status?: number) =>
      exchange('PUT', 'endpoints', { at, body: { Item: [item(id, version)] }, ...(status && { status }) }),
    remove: (id: string, at: number, status = 202) => exchange('DELETE', `endpoints/${id}`, { at, status }),
  }
}

interface Call {
  readonly at: number
  readonly body?: object
  readonly status?: number
}

describe('the watch over what reaches a Region', () => {
  it('measures from the commit to the moment at which readers see it, of every update that a call stands for', () => {
    const { region, commit, put } = watched()
    commit('a', 1, 10)
    commit('a', 2, 12)
    put('a', 2, 15)
    expect(region().lags.map(({ lag }) => lag)).toEqual([5_100, 3_100])
    expect(region().backwards).toBe(0)
  })

  it('sees a version that is sent after a newer one, and one that comes back after its delete', () => {
    const { region, commit, put, remove } = watched()
    commit('a', 1, 1)
    commit('a', 2, 2)
    put('a', 2, 3)
    put('a', 1, 4)
    expect(region().backwards).toBe(1)
    commit('a', 3, 5, true)
    remove('a', 6)
    put('a', 2, 7)
    expect(region().backwards).toBe(2)
  })

  it('takes no call for an arrival that the Region refused or did not answer', () => {
    const { region, commit, put, remove } = watched()
    commit('a', 1, 1)
    put('a', 1, 2, 429)
    put('a', 1, 3, 500)
    commit('b', 2, 3, true)
    remove('b', 4, 404)
    expect([...(region().waiting.get('a') ?? [])]).toHaveLength(1)
    expect([...(region().waiting.get('b') ?? [])]).toHaveLength(0)
    expect(region().throttled).toBe(1)
    expect(region().calls).toHaveLength(3)
  })

  it('knows an update that is lost from one that a delete made needless', () => {
    const { region, commit, put } = watched()
    commit('a', 1, 1)
    commit('a', 2, 2, true)
    commit('b', 3, 3)
    commit('b', 4, 4, true)
    commit('b', 5, 5)
    put('b', 5, 6)
    commit('c', 6, 7)
    const figures = (different: string[]) => {
      const { lost, needless, lag } = regionFigures({
        seen: region(),
        down: { from: 0, until: 0 },
        different,
        seenBackwards: 0,
        owedByHour: [],
      })
      return { lost, needless, arrived: lag.count }
    }
    expect(figures(['c'])).toEqual({ lost: 1, needless: 4, arrived: 1 })
  })

  it('counts from the return of a Region what was committed while it was down, and its calls', () => {
    const { region, commit, put } = watched()
    commit('a', 1, 150)
    for (const at of [110, 120, 125, 160, 190]) put('a', 0, at, 503)
    put('a', 1, 230)
    const { lag, afterReturn, callsWhileDown, leastGapWhileDown } = regionFigures({
      seen: region(),
      down: { from: 100_000, until: 200_000 },
      different: [],
      seenBackwards: 0,
      owedByHour: [],
    })
    expect({ lag: lag.count, afterReturn: afterReturn.p50 }).toEqual({ lag: 0, afterReturn: 30_100 })
    expect({ callsWhileDown, leastGapWhileDown }).toEqual({ callsWhileDown: 5, leastGapWhileDown: 30_000 })
  })
})

describe('the comparison of a Region with the table', () => {
  const wanted = new Map<string, object>([
    ['a', { Id: 'a', Address: 'a@example.com', OptOut: 'ALL', Attributes: { Version: ['1'] } }],
  ])
  const shown: Shown & { readonly OptOut: string } = {
    ...{ Id: 'a', Address: 'a@example.com' },
    OptOut: 'ALL',
    Attributes: { Version: ['1'], Gone: [] },
  }

  it('finds what is missing, too many or not the same, and passes over what says nothing', () => {
    expect(differences(wanted, [{ ...shown, ...{ Location: { City: '' }, CohortId: '7' } }])).toEqual([])
    expect(differences(wanted, [])).toEqual(['a'])
    expect(differences(wanted, [shown, { ...shown, Id: 'b' }])).toEqual(['b'])
    expect(differences(wanted, [{ ...shown, ...{ OptOut: 'NONE' } }])).toEqual(['a'])
    expect(differences(wanted, [{ ...shown, Attributes: { Version: ['2'], Gone: [] } }])).toEqual(['a'])
    expect(versionsIn([shown])).toEqual(new Map([['a', 1]]))
  })
})

describe('the history of a table', () => {
  const history = historyOf({ seed: 3, updates: 2_000, customers: 200, hours: 28 })

  it('is the same for the same seed, in order, and has everything in it', () => {
    expect(historyOf({ seed: 3, updates: 2_000, customers: 200, hours: 28 })).toEqual(history)
    expect(history.map(({ at }) => at)).toEqual(history.map(({ at }) => at).toSorted((a, b) => a - b))
    const kinds = Object.groupBy(history, ({ kind }) => kind)
    for (const kind of ['change', 'opt-out', 'opt-in', 'delete'] as const) {
      expect(kinds[kind]?.length).toBeGreaterThan(20)
    }
  })

  it('remembers an opt-out beyond a delete', () => {
    const consent = { value: 'ALL', at: 2 } as const
    const wanted = wantedAfter([
      { at: 1, id: 'c-1', version: 1, kind: 'opt-out', says: { ...SAYS, consent } },
      { at: 2, id: 'c-1', version: 2, kind: 'delete', says: undefined },
      { at: 3, id: 'c-1', version: 3, kind: 'change', says: SAYS },
    ])
    expect(wanted.get('c-1')).toMatchObject({ OptOut: 'ALL', Attributes: { Version: ['3'] } })
  })
})

describe('a spread', () => {
  it('takes the least number that so many are not above', () => {
    expect(spreadOf(Array.from({ length: 200 }, (_, index) => 200 - index))).toEqual({
      ...{ count: 200, p50: 100, p99: 198, max: 200 },
    })
    expect(spreadOf([])).toEqual({ count: 0, p50: 0, p99: 0, max: 0 })
  })
})
