/** A sandbox: product code runs in it, by its own clock, until it is killed; what it then still awaits never comes. */
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export interface Answer<T> {
  readonly ok: (value: T) => void
  readonly fail: (error: Error) => void
}

export type Ended<T> =
  | { readonly how: 'done'; readonly value: T }
  | { readonly how: 'threw'; readonly error: unknown }
  | { readonly how: 'crashed' }
  | { readonly how: 'timed out' }

export interface Host {
  readonly name: string
  readonly random: Random
  /** What its clock says (ms), which is not the true time. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Something that takes time. `begin` is run now; its answer never comes once the sandbox is dead, and late if it sleeps. */
  ask<T>(begin: (answer: Answer<T>) => void): Promise<T>
  /** Work with an end: `deadline` (ms by the host's clock) is when it is killed. */
  invoke<T>(work: (deadline: number) => Promise<T>, timeout: number, ended: (end: Ended<T>) => void): void
  readonly isAlive: () => boolean
  readonly isBusy: () => boolean
  /** True time at which the invocation that runs (or ran last) began, and its number. */
  readonly invocation: () => { readonly began: number; readonly number: number }
}

export interface HostOptions {
  readonly name: string
  readonly scheduler: Scheduler
  readonly random: Random
  /** Milliseconds that its clock is ahead. */
  readonly skew: number
  /** Whether the process dies here, of whatever: asked before each call and before each answer. */
  readonly dies: (random: Random) => boolean
  /** Milliseconds for which it does nothing before it takes an answer in; mostly 0. */
  readonly stalls: (random: Random) => number
}

export const hostOf = (options: HostOptions): Host => {
  const { name, scheduler, random, skew } = options
  const life = lifeOf(options)
  const now = () => Math.floor(scheduler.now() + skew)
  const ask = <T>(begin: (answer: Answer<T>) => void) =>
    new Promise<T>((resolve, reject) => {
      const isDying = life.dies()
      // Before the call is made, or with the call on its way.
      if (isDying && random.chance(0.3)) life.kill('crashed')
      if (!life.isAlive()) return
      const take = life.taking()
      begin({ ok: (value) => take(() => resolve(value)), fail: (error) => take(() => reject(error)) })
      if (isDying) life.kill('crashed')
    })
  return {
    name,
    random,
    now,
    ask,
    sleep: (ms) => ask<void>(({ ok }) => scheduler.after(ms, () => ok())),
    invoke(work, timeout, ended) {
      const finish = life.begin(timeout, (by) => ended({ how: by }))
      work(now() + timeout).then(
        (value) => finish(() => ended({ how: 'done', value })),
        (error: unknown) => finish(() => ended({ how: 'threw', error })),
      )
    },
    isAlive: life.isAlive,
    isBusy: life.isBusy,
    invocation: life.invocation,
  }
}

type Death = 'crashed' | 'timed out'

/** Alive or dead, at work or asleep. */
const lifeOf = ({ scheduler, random, dies, stalls }: HostOptions) => {
  let isAlive = true
  let end: ((by: Death) => void) | undefined
  let invocation = { began: 0, number: 0 }
  let frozen: (() => void)[] = []

  const kill = (by: Death) => {
    isAlive = false
    const ended = end
    end = undefined
    ended?.(by)
  }
  const isDying = () => isAlive && end !== undefined && dies(random)
  /** A sandbox without an invocation sleeps: what comes meanwhile is seen in the next one. */
  const deliver = (seen: () => void) => {
    if (!isAlive) return
    if (end) {
      scheduler.stirred()
      seen()
    } else frozen.push(seen)
  }
  return {
    kill,
    dies: isDying,
    isAlive: () => isAlive,
    isBusy: () => end !== undefined,
    invocation: () => invocation,
    /** Takes in the first answer to one question, if it comes to that. */
    taking() {
      let isAnswered = false
      return (seen: () => void) => {
        if (isAnswered) return
        isAnswered = true
        if (isDying()) kill('crashed')
        const stall = isAlive ? stalls(random) : 0
        if (stall > 0) scheduler.after(stall, () => deliver(seen))
        else deliver(seen)
      }
    },
    /** The next invocation. `killed` is called if it does not come to its end; what is returned is to be called if it does. */
    begin(timeout: number, killed: (by: Death) => void) {
      const { number } = (invocation = { began: scheduler.now(), number: invocation.number + 1 })
      const isThis = () => end !== undefined && invocation.number === number
      end = killed
      scheduler.after(timeout, () => {
        if (isThis()) kill('timed out')
      })
      const thawed = frozen
      frozen = []
      scheduler.stirred()
      for (const seen of thawed) seen()
      return (ended: () => void) => {
        if (!isThis()) return
        end = undefined
        ended()
      }
    },
  }
}
