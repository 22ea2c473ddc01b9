import { describe, expect, it } from 'vitest'
import { openLanes } from './open-lanes.ts'

const many = (count: number, from = 0, more: object = {}) =>
  Array.from({ length: count }, (_, at) => ({
    Id: `e${from + at}`,
    Address: `e${from + at}@example.com`,
    ...more,
  }))

/** A lane that has sent two thousand endpoints and has to look at some of them again. */
const withSamples = async () => {
  const lanes = openLanes()
  await lanes.write(...many(2_000))
  await lanes.work()
  await lanes.work()
  const unproved = [...lanes.table.rows.values()].filter((row) => row['unproved'] === true).length
  expect(unproved).toBeGreaterThan(10)
  lanes.clock.tick(10_000)
  lanes.region().calls.splice(0)
  return { lanes, unproved }
}

const kindsOf = (lanes: ReturnType<typeof openLanes>) => lanes.region().calls.map(({ kind }) => kind)

describe('endpoints that are read back as a sample', () => {
  it('do not hold up what there is to send: two of them go before it, the others later', async () => {
    const { lanes, unproved } = await withSamples()
    await lanes.write(...many(100 - unproved, 5_000))
    await lanes.work()
    expect(kindsOf(lanes)).toEqual(['read', 'read', 'apply'])
  })

  it('are all read back in the end', async () => {
    const { lanes, unproved } = await withSamples()
    await lanes.write(...many(100 - unproved, 5_000))
    await lanes.settle()
    expect(kindsOf(lanes).filter((kind) => kind === 'read').length).toBeGreaterThanOrEqual(unproved)
    expect([...lanes.table.rows.values()].filter((row) => row['unproved'] === true)).toEqual([])
  })

  it('are read back ten at a time where there is nothing to send', async () => {
    const { lanes } = await withSamples()
    await lanes.work()
    expect(kindsOf(lanes)).toEqual(Array.from({ length: 10 }, () => 'read'))
  })

  it('are not those that have opted out', async () => {
    const lanes = openLanes()
    await lanes.write(...many(5, 0, { OptOut: 'ALL' }))
    await lanes.work()
    lanes.clock.tick(10_000)
    lanes.region().calls.splice(0)
    await lanes.mark(
      many(5).map(({ Id }) => Id),
      { kind: 'urgent' },
    )
    for (const item of many(5, 5_000)) lanes.items.set(item.Id, item)
    await lanes.mark(
      many(5, 5_000).map(({ Id }) => Id),
      { kind: 'urgent' },
    )
    await lanes.work({ kind: 'urgent' })
    expect(kindsOf(lanes)).toEqual(['read', 'read', 'read', 'read', 'read', 'apply'])
  })
})
