import { describe, expect, it } from 'vitest'
import { receiptsOf } from '../../shared/ledger/receipts.ts'
import { readMapping } from '../../shared/sources/mapping.ts'
import { erasureOf } from '../../shared/sync/operators/erasure.ts'
import { openLanes } from './open-lanes.ts'

const REGIONS = ['us-east-1', 'us-west-2']
/** A customer with an e-mail address and phones. */
const CUSTOMER = readMapping({
  key: 'Id',
  endpoints: [
    { id: '{Id}-email', channel: 'EMAIL', address: 'Email' },
    { id: '{Id}-phone-{.Name}', each: 'Phones', channel: 'SMS', address: '.Number' },
  ],
})
const ADA = {
  Id: 'ada',
  Email: 'ada@example.com',
  Phones: [
    { Name: 'home', Number: '+15550100001' },
    { Name: 'work', Number: '+15550100002' },
  ],
}

const opened = () => {
  const lanes = openLanes({ regions: REGIONS, mapping: CUSTOMER })
  const { items, table } = lanes
  const erasure = (key: string) =>
    erasureOf(key, {
      regions: REGIONS,
      customers: { there: (keys) => Promise.resolve(new Set(keys.filter((each) => items.has(each)))) },
      receiptsOf: (each) => receiptsOf(table, each),
      memoryIn: (region) => lanes.memory(region),
      mapping: CUSTOMER,
    })
  const regionsOf = async (key: string) => {
    const answer = await erasure(key)
    return answer.isKnown ? answer.regions : expect.fail('nothing is known')
  }
  const counted = async (key: string) =>
    Object.values(await regionsOf(key)).map(({ proved, open }) => [proved.length, open])
  return { lanes, erasure, regionsOf, counted }
}

describe('the receipts of an erasure', () => {
  it('are open while the customer is there', async () => {
    const { lanes, erasure } = opened()
    await lanes.write(ADA)
    await lanes.settle()
    const open = { proved: [], open: 3 }
    expect(await erasure('ada')).toEqual({
      isKnown: true,
      isInTable: true,
      regions: { 'us-east-1': open, 'us-west-2': open },
    })
  })

  it('come Region by Region, and say when and nothing of whom', async () => {
    const { lanes, erasure, regionsOf, counted } = opened()
    await lanes.write(ADA)
    await lanes.settle()
    await lanes.turns('us-west-2').pause(true, '')
    const began = new Date(lanes.clock.now()).toISOString()
    await lanes.erase('ada')
    await lanes.settle(50).catch(() => undefined)
    expect(await counted('ada')).toEqual([
      [3, 0],
      [0, 3],
    ])
    await lanes.turns('us-west-2').pause(false, '')
    await lanes.settle()
    expect(await erasure('ada')).toMatchObject({ isKnown: true, isInTable: false })
    const regions = await regionsOf('ada')
    for (const { proved, open } of Object.values(regions)) {
      expect(open).toBe(0)
      expect(proved).toHaveLength(3)
      expect([...proved].sort()).toEqual(proved)
      for (const at of proved) expect(at > began).toBe(true)
    }
    expect(JSON.stringify(regions)).not.toMatch(/ada|example|555/)
  })

  it('stay complete when the tombstones are forgotten', async () => {
    const { lanes, counted } = opened()
    await lanes.write(ADA)
    await lanes.settle()
    await lanes.erase('ada')
    await lanes.settle()
    // What became of the item is forgotten once its lanes have looked at it again.
    await lanes.erase('ada')
    await lanes.settle()
    const expired = [...lanes.table.rows.values()].filter((row) => row['expires'] !== undefined)
    expect(expired).toHaveLength(6)
    await lanes.table.deleteAll(expired.map(({ pk, sk }) => ({ pk, sk })))
    expect(await counted('ada')).toEqual([
      [3, 0],
      [3, 0],
    ])
  })

  it('are each about one endpoint', async () => {
    const { lanes, counted } = opened()
    await lanes.memory('us-west-2').receipt('ada', 'ada-phone-old', { provedAt: '2026-01-01T00:00:00.000Z' })
    expect(await counted('ada')).toEqual([
      [0, 1],
      [1, 1],
    ])
  })

  it('say of a key that nobody has heard of that nothing is known, and not that it is open', async () => {
    const { lanes, erasure } = opened()
    await lanes.write(ADA)
    await lanes.settle()
    expect(await erasure('nobody')).toEqual({ isKnown: false, isInTable: false })
  })

  it('are open for a customer whom no Region has been sent yet', async () => {
    const { lanes, counted } = opened()
    await lanes.write(ADA)
    expect(await counted('ada')).toEqual([
      [0, 1],
      [0, 1],
    ])
  })

  it('are open again for one who came back and was deleted again', async () => {
    const { lanes, counted } = opened()
    await lanes.write(ADA)
    await lanes.settle()
    await lanes.erase('ada')
    await lanes.settle()
    await lanes.write(ADA)
    await lanes.settle()
    await lanes.erase('ada')
    expect((await counted('ada')).map(([, open]) => open)).toEqual([3, 3])
    await lanes.settle()
    expect((await counted('ada')).map(([, open]) => open)).toEqual([0, 0])
  })

  it('do not wait for an endpoint that another customer has, whose key differs by case', async () => {
    const { lanes, counted } = opened()
    const { Id: _, Phones: __, ...email } = ADA
    await lanes.write({ Id: 'Ada', ...email }, { Id: 'ada', ...email })
    await lanes.settle()
    expect((await counted('Ada')).map(([, open]) => open)).toEqual([1, 1])
    await lanes.erase('Ada')
    await lanes.settle()
    expect((await counted('Ada')).map(([, open]) => open)).toEqual([0, 0])
    expect(lanes.region('us-west-2').stored.size).toBe(1)
  })
})
