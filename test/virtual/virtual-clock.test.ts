import { describe, expect, it } from 'vitest'
import { virtualClock } from './virtual-clock.ts'

const later = (turns: number): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => (turns > 1 ? resolve(later(turns - 1)) : resolve()))
  })

describe('the virtual clock', () => {
  it('runs what is due in order of time, each at its moment, and what is due at once in the order of asking', async () => {
    const clock = virtualClock(0)
    const ran: string[] = []
    const at = (ms: number, name: string) => clock.after(ms, () => ran.push(`${name} at ${clock.now()}`))
    at(86_400_000, 'a day')
    at(5, 'first')
    at(5, 'second')
    at(1, 'soon')
    at(3, 'called off')()
    at(86_400_001, 'too late')
    await clock.runUntil(86_400_000)
    expect(ran).toEqual(['soon at 1', 'first at 5', 'second at 5', 'a day at 86400000'])
    expect(clock.now()).toBe(86_400_000)
  })

  it('keeps a thousand tasks in order, half of them called off', async () => {
    const clock = virtualClock(0)
    const ran: number[] = []
    const callOffs = Array.from({ length: 1_000 }, (_, index) => {
      const due = (index * 7919) % 1_000
      return clock.after(due, () => ran.push(due))
    })
    callOffs.forEach((callOff, index) => (index % 2 === 0 ? callOff() : undefined))
    await clock.runUntil(1_000)
    expect(ran).toHaveLength(500)
    expect(ran).toEqual(ran.toSorted((a, b) => a - b))
  })

  it('stands still while work is under way, however long that really takes', async () => {
    const clock = virtualClock(0)
    let end = 0
    void clock.during('work', async () => {
      await later(50)
      end = clock.now()
    })
    clock.after(1, () => undefined)
    await clock.runUntil(10)
    expect(end).toBe(0)
  })

  it('goes on while all that work waits for is the clock, in work within work too', async () => {
    const clock = virtualClock(0)
    const done = clock.during('outer', async () => {
      await clock.during('inner', async () => {
        await clock.sleep(1_000)
        await later(20)
      })
      const between = clock.now()
      await clock.sleep(500)
      return [between, clock.now()]
    })
    await clock.runUntil(10_000)
    expect(await done).toEqual([1_000, 1_500])
  })

  it('does not go on for one that sleeps while another works', async () => {
    const clock = virtualClock(0)
    const ends: string[] = []
    void clock.during('sleeper', async () => {
      await clock.sleep(1)
      ends.push(`sleeper at ${clock.now()}`)
    })
    void clock.during('worker', async () => {
      await later(50)
      ends.push(`worker at ${clock.now()}`)
    })
    await clock.runUntil(10)
    expect(ends).toEqual(['worker at 0', 'sleeper at 1'])
  })

  it('waits no longer for work that is cut off', async () => {
    const clock = virtualClock(0)
    const cut = new AbortController()
    void clock.during('endless', () => new Promise(() => undefined), cut.signal)
    cut.abort()
    await clock.runUntil(5)
    expect(clock.now()).toBe(5)
  })
})
