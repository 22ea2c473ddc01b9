import { describe, expect, it } from 'vitest'
import { failed } from '../../shared/endpoint/outcome.ts'
import { openLanes } from './open-lanes.ts'

type Lanes = ReturnType<typeof openLanes>

describe('what a lane says of itself', () => {
  it.each([
    [
      'while the Region answers and refuses',
      (lanes: Lanes) => {
        lanes.region().answer = () => failed('ForbiddenException', 'none')
      },
    ],
    ['while it is paused', (lanes: Lanes) => lanes.turns().pause(true, '')],
  ])('%s is how long the oldest change has been owed, though no breaker is open', async (_while, trouble) => {
    const lanes = openLanes()
    await Promise.resolve(trouble(lanes))
    await lanes.write({ Id: 'ada', Address: 'ada@example.com' })
    const ages: number[] = []
    for (let times = 0; times < 4; times += 1) {
      lanes.clock.tick(300_000)
      const { figures } = await lanes.work()
      expect(figures).toMatchObject({ owed: 1, isBreakerOpen: false })
      ages.push(Math.floor(figures.oldest / 300_000))
    }
    expect(ages).toEqual([1, 2, 3, 4])
  })
})
