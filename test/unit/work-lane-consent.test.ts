import { describe, expect, it } from 'vitest'
import type { Change } from '../../shared/endpoint/change.ts'
import { applied, failed, rejected } from '../../shared/endpoint/outcome.ts'
import { isLawful } from '../../shared/endpoint/lawful.ts'
import { readMapping } from '../../shared/sources/mapping.ts'
import { openLanes } from './open-lanes.ts'

const row = (Id: string, more: object = {}) => ({ Id, Address: `${Id}@example.com`, ...more })
const may = (day: number) => `2026-05-0${day}T00:00:00.000Z`
const out = (day: number) => ({ OptOut: 'ALL', ConsentDate: may(day) })
const back = (day: number) => ({ OptOut: 'NONE', ConsentDate: may(day) })
const plan = (name: string) => ({ Attributes: { Plan: [name] } })

type Opened = ReturnType<typeof openLanes>
/** Writes one version after the other, each settled, with a while in between. */
const history = async (lanes: Opened, ...versions: object[]) => {
  for (const more of versions) {
    await lanes.write(row('a', more))
    await lanes.settle()
    lanes.clock.tick(60_000)
  }
}
const said = (lanes: Opened, region?: string) =>
  lanes
    .region(region)
    .sent('a')
    .map(({ change }) => (change.kind === 'put' ? (change.endpoint.OptOut ?? '-') : 'removed'))
const stored = (lanes: Opened, region?: string) => lanes.region(region).stored.get('a')?.OptOut
const known = async (lanes: Opened) => (await lanes.consents.of(['a'])).get('a')
/** The first changes that say so are lost. */
const losing = (times: number, isMeant: (change: Change) => boolean) => (change: Change) => {
  if (!isMeant(change) || times === 0) return false
  times -= 1
  return true
}
const saying = (optOut: string) => (change: Change) =>
  change.kind === 'put' && change.endpoint.OptOut === optOut

describe('an opt-out', () => {
  it('is said in every change from then on, and in no change before', async () => {
    const lanes = openLanes()
    await history(lanes, plan('one'), out(2), { ...out(2), ...plan('two') }, plan('three'))
    expect(said(lanes)).toEqual(['-', 'ALL', 'ALL', 'ALL'])
  })

  it('is read back, and goes by the urgent lane until it is', async () => {
    const lanes = openLanes()
    await lanes.write(row('a', out(2)))
    expect((await lanes.work()).figures).toMatchObject({ applied: 0, owed: 0 })
    expect(lanes.queue('bulk')).toEqual([])
    expect(lanes.queue('urgent')).toHaveLength(1)
    await lanes.settle()
    expect(lanes.region().calls.map(({ kind }) => kind)).toEqual(['apply', 'read'])
    expect((await lanes.memory().sent(['a'])).get('a')).not.toHaveProperty('unproved')
  })

  it('is said again, as often as it takes, when it was accepted and lost', async () => {
    const lanes = openLanes()
    lanes.region().loses = losing(3, saying('ALL'))
    await lanes.write(row('a', out(2)))
    await lanes.settle()
    expect(said(lanes)).toEqual(['ALL', 'ALL', 'ALL', 'ALL'])
    expect(stored(lanes)).toBe('ALL')
  })

  it('is heard of an item of which nothing else can be read, read back, and said again when it is lost', async () => {
    const lanes = openLanes()
    await history(lanes, {})
    lanes.region().loses = losing(1, saying('ALL'))
    await lanes.write({ Id: 'a', Address: 'nobody', OptOut: 'ALL' })
    await lanes.settle()
    expect(stored(lanes)).toBe('ALL')
    expect(await known(lanes)).toMatchObject({ value: 'ALL' })
  })

  it('of an endpoint that nobody can name is that of all that the item does not name', async () => {
    const mapping = readMapping({
      key: 'Id',
      endpoints: [
        {
          each: 'Phones',
          id: '{Id}-{.D}',
          channel: 'SMS',
          address: '.Number',
          optOut: { field: '.OptOut', values: { ALL: [true], NONE: [false] } },
        },
      ],
    })
    const lanes = openLanes({ mapping })
    const phone = (D: string, digit: number) => ({ D, Number: `+1555010${digit}0` })
    await lanes.write({ Id: 'c', Phones: [phone('one', 1), phone('two', 2)] })
    await lanes.settle()
    await lanes.write({ Id: 'c', Phones: [phone('one', 1), { Number: '+15550120', OptOut: true }] })
    await lanes.settle()
    lanes.clock.tick(60_000)
    await lanes.settle()
    const stored = ['c-one', 'c-two'].map((id) => lanes.region().stored.get(id)?.OptOut)
    expect(stored).toEqual(['NONE', 'ALL'])
    expect((await lanes.consents.of(['c-two'])).get('c-two')).toMatchObject({ value: 'ALL' })
  })

  it('of any item that wants the endpoint is said by the one that has it', async () => {
    const lanes = openLanes()
    for (const Id of ['A', 'a']) {
      await lanes.write(row(Id))
      await lanes.settle()
    }
    await lanes.write(row('A', out(2)))
    await lanes.settle()
    expect(stored(lanes)).toBe('ALL')
  })

  it('outlives the endpoint', async () => {
    const lanes = openLanes()
    await history(lanes, out(2))
    await lanes.erase('a')
    await lanes.settle()
    await history(lanes, plan('anew'))
    expect(stored(lanes)).toBe('ALL')
  })

  it('that is noted while a change is on its way is not undone by it', async () => {
    const lanes = openLanes()
    await lanes.write(row('a'))
    let isHeard = false
    lanes.table.intrude = async (operation) => {
      if (operation !== 'getAll' || isHeard || lanes.ports.reads.length === 0) return
      const reads = lanes.ports.reads.length
      if (reads === 1) {
        isHeard = true
        await lanes.consents.note('a', { value: 'ALL', at: new Date(lanes.clock.now()).toISOString() })
      }
    }
    await lanes.settle()
    expect(said(lanes)).toEqual(['ALL'])
  })

  it('that is noted at the last moment stops the change, which comes again and says it', async () => {
    const lanes = openLanes()
    await lanes.write(row('a'))
    let looks = 0
    lanes.table.intrude = async (operation, keys) => {
      if (operation !== 'getAll' || !keys.some(({ pk }) => pk.startsWith('consent#'))) return
      looks += 1
      if (looks === 2)
        await lanes.consents.note('a', { value: 'ALL', at: new Date(lanes.clock.now()).toISOString() })
    }
    const { figures } = await lanes.work()
    expect(looks).toBe(2)
    expect(figures).toMatchObject({ sends: 1, unlawful: 0 })
    expect(said(lanes)).toEqual([])
    await lanes.settle()
    expect(said(lanes)).toEqual(['ALL'])
  })
})

describe('an opt-out that another Region has just told us of', () => {
  it.each([1, 2])(
    'is not lost on an endpoint that is being sent for the first time (note %i)',
    async (number) => {
      const lanes = openLanes()
      await lanes.write(row('a'))
      let notes = 0
      lanes.table.intrude = async (operation, keys) => {
        if (operation !== 'putAll' || !keys.some(({ pk }) => pk.startsWith('sent#'))) return
        notes += 1
        if (notes !== number) return
        await lanes.consents.note('a', { value: 'ALL', at: new Date(lanes.clock.now()).toISOString() })
        await lanes.markIds(['a'], { kind: 'urgent' })
        // Its marker is looked at by another sender, which finds the lane taken.
        await lanes.start({ kind: 'urgent', seconds: 1 }).worked
      }
      await lanes.settle()
      expect(notes).toBeGreaterThanOrEqual(number)
      expect(stored(lanes)).toBe('ALL')
    },
  )
})

describe('an opt-in', () => {
  it('is not noted over an opt-out that somebody else has noted since it was read', async () => {
    const lanes = openLanes()
    await history(lanes, out(3))
    let isHeard = false
    lanes.table.intrude = async (operation, keys) => {
      if (operation !== 'put' || !keys.some(({ pk }) => pk.startsWith('consent#')) || isHeard) return
      isHeard = true
      await lanes.consents.note('a', { value: 'ALL', at: may(5) })
    }
    await lanes.write(row('a', back(4)))
    const { owed } = await lanes.work()
    expect(isHeard).toBe(true)
    expect(owed).toHaveLength(1)
    expect(said(lanes)).toEqual(['ALL'])
    await lanes.settle()
    expect(said(lanes)).not.toContain('NONE')
    expect(await known(lanes)).toMatchObject({ value: 'ALL', at: may(5) })
  })

  it('is not said any more when somebody opts out while it waits for its turn', async () => {
    const lanes = openLanes()
    await history(lanes, out(3))
    const apply = lanes.region().destination.apply.bind(lanes.region().destination)
    lanes.region().destination.apply = async (changes, terms) => {
      if (changes.some(saying('NONE'))) await lanes.consents.note('a', { value: 'ALL', at: may(5) })
      return apply(changes, terms)
    }
    await history(lanes, back(4))
    expect(said(lanes)).not.toContain('NONE')
    expect(stored(lanes)).toBe('ALL')
  })

  it('takes an opt-out back only when it is newer and dated, and is read back', async () => {
    const lanes = openLanes()
    await history(lanes, out(3), back(2), back(3), { OptOut: 'NONE' })
    expect(stored(lanes)).toBe('ALL')
    expect(said(lanes)).not.toContain('NONE')
    await history(lanes, back(4))
    expect(said(lanes).at(-1)).toBe('NONE')
    expect(stored(lanes)).toBe('NONE')
    expect(
      lanes
        .region()
        .calls.slice(-3)
        .map(({ kind }) => kind),
    ).toEqual(['read', 'apply', 'read'])
  })

  it('says nothing where there is no opt-out to take back', async () => {
    const lanes = openLanes()
    await history(lanes, back(4), { ...back(5), ...plan('gold') })
    expect(said(lanes)).toEqual(['-', '-'])
  })

  it('is said once, and never with a later change', async () => {
    const lanes = openLanes()
    await history(lanes, out(3), back(4), { ...back(4), ...plan('one') }, { ...back(4), ...plan('two') })
    expect(said(lanes)).toEqual(['ALL', 'NONE', '-', '-'])
  })

  it('is not said after a look at a Region that is not opted out', async () => {
    const lanes = openLanes()
    await history(lanes, out(3))
    lanes.region().stored.set('a', { ...row('a'), ChannelType: 'EMAIL', OptOut: 'NONE' })
    await history(lanes, back(4))
    expect(said(lanes)).toEqual(['ALL', '-'])
  })

  it('that is dated in the near future waits for its time', async () => {
    const lanes = openLanes()
    await history(lanes, out(3))
    const at = lanes.clock.now() + 20 * 60_000
    await lanes.write(row('a', { OptOut: 'NONE', ConsentDate: new Date(at).toISOString() }))
    for (let minute = 0; minute < 19; minute += 1) {
      lanes.clock.tick(60_000)
      for (const kind of ['urgent', 'bulk'] as const) await lanes.work({ kind })
    }
    expect(said(lanes)).not.toContain('NONE')
    await lanes.settle()
    expect(stored(lanes)).toBe('NONE')
    const opted = lanes
      .region()
      .sent('a')
      .find(({ change }) => saying('NONE')(change))
    expect(opted?.at).toBeGreaterThanOrEqual(at)
  })

  it('is said again when it was accepted and lost, and is not taken for somebody’s opt-out', async () => {
    const lanes = openLanes()
    await history(lanes, out(3))
    lanes.region().loses = losing(2, saying('NONE'))
    await history(lanes, back(4))
    expect(said(lanes)).toEqual(['ALL', 'NONE', 'NONE', 'NONE'])
    expect(stored(lanes)).toBe('NONE')
    expect(await known(lanes)).toMatchObject({ value: 'NONE' })
  })

  it('is tried again when nobody knows what became of it', async () => {
    const lanes = openLanes()
    await history(lanes, out(3))
    let isFirst = true
    lanes.region().answer = () => {
      const answer = isFirst ? failed('TimeoutError') : applied
      isFirst = false
      return answer
    }
    await history(lanes, back(4))
    expect(said(lanes)).toEqual(['ALL', 'NONE', 'NONE'])
    expect(stored(lanes)).toBe('NONE')
  })

  it('is not tried again over an opt-out that the Region has taken itself meanwhile', async () => {
    const lanes = openLanes({ regions: ['us-west-2', 'eu-west-1'] })
    await history(lanes, out(3))
    let isFirst = true
    lanes.region().answer = () => {
      const answer = isFirst ? failed('TimeoutError') : applied
      isFirst = false
      return answer
    }
    await lanes.write(row('a', back(4)))
    await lanes.work()
    lanes.clock.tick(5_000)
    lanes.region().stop('a')
    await lanes.settle()
    expect(said(lanes).filter((each) => each === 'NONE')).toHaveLength(1)
    expect(await known(lanes)).toMatchObject({ value: 'ALL' })
    for (const region of lanes.regions) expect(stored(lanes, region)).toBe('ALL')
  })

  it('takes back in every Region what only one of them had heard', async () => {
    const lanes = openLanes({ regions: ['us-west-2', 'eu-west-1'] })
    await history(lanes, {}, out(3), back(4))
    for (const region of lanes.regions) expect(stored(lanes, region)).toBe('NONE')
  })
})

describe('an opt-out that only one Region knows of', () => {
  it('is heard when that Region is read, and told to all', async () => {
    const lanes = openLanes({ regions: ['us-west-2', 'eu-west-1'] })
    await history(lanes, out(3), back(4))
    lanes.region('eu-west-1').stop('a')
    lanes.clock.tick(60_000)
    // An opt-out at the other's door, taken back again: both are read.
    await history(lanes, out(5), back(6))
    expect(stored(lanes, 'us-west-2')).toBe(stored(lanes, 'eu-west-1'))
    await lanes.write(row('a', { ...back(6), ...plan('gold'), Location: { City: 'Lisbon' } }))
    await lanes.settle()
    lanes.region('eu-west-1').stop('a')
    const note = (await lanes.memory('eu-west-1').sent(['a'])).get('a')
    if (!note) throw new Error('it was sent')
    await lanes.memory('eu-west-1').note({ sent: new Map([['a', { ...note, unproved: true }]]) })
    await lanes.markIds(['a'], { region: 'eu-west-1' })
    await lanes.settle()
    expect(await known(lanes)).toMatchObject({ value: 'ALL' })
    for (const region of lanes.regions) expect(stored(lanes, region)).toBe('ALL')
  })

  it('is never undone by a change of something else', async () => {
    const lanes = openLanes()
    await history(lanes, plan('one'))
    lanes.region().stop('a')
    await history(lanes, plan('two'), plan('three'))
    expect(stored(lanes)).toBe('ALL')
  })

  it('outlives the endpoint, in every Region', async () => {
    const lanes = openLanes({ regions: ['us-west-2', 'eu-west-1'] })
    await history(lanes, plan('one'))
    lanes.region('eu-west-1').stop('a')
    await lanes.erase('a')
    await lanes.settle()
    expect(lanes.region('eu-west-1').stored.size).toBe(0)
    await history(lanes, plan('anew'))
    for (const region of lanes.regions) expect(stored(lanes, region)).toBe('ALL')
  })
})

describe('every change that leaves', () => {
  it('is lawful, by the register as it is when it leaves', async () => {
    const lanes = openLanes({ regions: ['us-west-2', 'eu-west-1'] })
    const checks: Promise<void>[] = []
    for (const region of lanes.regions)
      lanes.region(region).answer = (change) => {
        checks.push(known(lanes).then((consent) => expect(isLawful(change, consent)).toBe(true)))
        return applied
      }
    await history(
      lanes,
      back(1),
      out(2),
      out(3),
      back(3),
      back(4),
      plan('x'),
      out(5),
      { OptOut: 'ALL' },
      back(6),
    )
    await Promise.all(checks)
    expect(checks.length).toBeGreaterThan(10)
  })
})

describe('an opt-out whose item the Region refuses', () => {
  it('goes by itself to an endpoint that a file has brought meanwhile', async () => {
    const lanes = openLanes()
    lanes.region().answer = (change) =>
      change.kind === 'put' && change.endpoint.Attributes ? rejected('BadRequestException') : applied
    await history(lanes, { ...plan('refused'), ...out(2) })
    expect(stored(lanes)).toBeUndefined()
    const brought = { Id: 'a', Address: 'a@example.com', ChannelType: 'EMAIL', OptOut: 'NONE' } as const
    lanes.region().stored.set('a', { ...brought, EndpointStatus: 'ACTIVE' })
    await lanes.markIds(['a'], { force: true })
    await lanes.settle()
    expect(stored(lanes)).toBe('ALL')
  })
})
