/** Lambda: sandboxes that are made when they are needed, used again, and replaced by a deployment. */
import { hostOf } from '../clock/host.ts'
import type { Ended, Host } from '../clock/host.ts'
import { randomOf } from '../clock/random.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Weather } from '../history/weather.ts'

export interface FunctionOptions<Event, Result> {
  readonly name: string
  readonly seed: number
  readonly scheduler: Scheduler
  readonly weather: Weather
  /** Milliseconds that an invocation may take. */
  readonly timeout?: number
  /** What a new sandbox runs once. */
  readonly init: (host: Host) => (event: Event, turn: Turn) => Promise<Result>
  readonly ended: (how: Ended<Result>['how'], error?: unknown) => void
}

export interface Turn {
  readonly owner: string
  readonly deadline: number
}

export interface Function<Event, Result> {
  invoke(event: Event, ended: (end: Ended<Result>) => void): void
  /** Sandboxes that are idle go; those that work do so to their end, and then go. */
  redeploy(): void
}

/** As deployed: milliseconds that a function of the lanes may take. */
const TIMEOUT = 60_000

export const functionOf = <Event, Result>({
  name,
  seed,
  scheduler,
  weather,
  timeout = TIMEOUT,
  init,
  ended,
}: FunctionOptions<Event, Result>): Function<Event, Result> => {
  interface Sandbox {
    readonly host: Host
    readonly handler: (event: Event, turn: Turn) => Promise<Result>
    readonly generation: number
  }
  const random = randomOf(seed, name)
  let sandboxes: Sandbox[] = []
  let made = 0
  let generation = 0

  const fresh = (): Sandbox => {
    made += 1
    const own = randomOf(seed, `${name} ${made}`)
    const skew = weather.strikes('clock skew', own) ? own.between(-30_000, 30_000) : own.between(-50, 50)
    const host = hostOf({
      name: `${name}/${made}`,
      scheduler,
      random: own,
      skew,
      dies: (of) => weather.strikes('crash at an await', of),
      stalls: (of) => (weather.strikes('sandbox stalls', of) ? of.between(5_000, 70_000) : 0),
    })
    const sandbox = { host, handler: init(host), generation }
    sandboxes.push(sandbox)
    return sandbox
  }
  const idle = (): Sandbox | undefined => {
    sandboxes = sandboxes.filter(
      ({ host, generation: own }) => host.isAlive() && (host.isBusy() || own === generation),
    )
    const free = sandboxes.filter(({ host, generation: own }) => !host.isBusy() && own === generation)
    return free.length === 0 || random.chance(0.05) ? undefined : random.pick(free)
  }

  return {
    invoke(event, done) {
      const { host, handler } = idle() ?? fresh()
      const owner = `${host.name}#${host.invocation().number + 1}`
      host.invoke<Result>(
        (deadline) => handler(event, { owner, deadline }),
        timeout,
        (end) => {
          ended(end.how, end.how === 'threw' ? end.error : undefined)
          done(end)
        },
      )
    },
    redeploy() {
      generation += 1
    },
  }
}
