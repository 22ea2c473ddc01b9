import { describe, expect, it } from 'vitest'
import { afterCall, beforeCall, CLOSED, isOpen } from '../../shared/sync/lane/breaker.ts'

const failedTimes = (times: number, now: number) => {
  let breaker = CLOSED
  for (let time = 0; time < times; time += 1) breaker = afterCall(breaker, false, now)
  return breaker
}

describe('the breaker of a Region', () => {
  it('opens after three calls in a row without an answer', () => {
    expect(isOpen(failedTimes(2, 1_000), 1_000)).toBe(false)
    expect(isOpen(failedTimes(3, 1_000), 1_000)).toBe(true)
    expect(isOpen(afterCall(afterCall(failedTimes(2, 0), true, 0), false, 0), 0)).toBe(false)
  })

  it('lets one try go every thirty seconds while it is open', () => {
    const open = failedTimes(3, 1_000)
    expect(isOpen(open, 30_999)).toBe(true)
    expect(isOpen(open, 31_000)).toBe(false)
    const trying = beforeCall(open, 31_000)
    expect(isOpen(trying, 31_001)).toBe(true)
    expect(isOpen(trying, 61_000)).toBe(false)
    expect(isOpen(afterCall(trying, false, 35_000), 64_999)).toBe(true)
  })

  it('closes with the first answer', () => {
    expect(afterCall(beforeCall(failedTimes(7, 0), 30_000), true, 30_100)).toEqual(CLOSED)
  })

  it('holds nobody back while it is closed', () => {
    expect(beforeCall(failedTimes(2, 0), 0)).toEqual({ failures: 2 })
    expect(isOpen(CLOSED, 0)).toBe(false)
  })
})
