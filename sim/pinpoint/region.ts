/** Amazon Pinpoint in one Region as its client sees it: accepted now, in effect later, and not always so. */
import { ServiceError, tooManyRequests } from '../../local/pinpoint/service-error.ts'
import type { Host } from '../clock/host.ts'
import type { Random } from '../clock/random.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Call, Fact, Operation } from '../history/facts.ts'
import type { Weather } from '../history/weather.ts'
import { asked, shownItem } from './commands.ts'
import { effectsOf } from './effects.ts'
import type { Effects } from './effects.ts'
import { fateOf } from './fate.ts'
import type { Fate } from './fate.ts'
import { isOfJobs, jobsOf } from './jobs.ts'
import { gateOf } from './quotas.ts'
import { absent, heardOf, refusal } from './replies.ts'
import type { Reply } from './replies.ts'
import { storeOf } from './store.ts'
import type { Store } from './store.ts'

export interface PinpointRegion {
  readonly store: Store
  /** A client whose calls end with the sandbox that makes them. */
  clientFor(host: Host): { readonly send: (command: unknown) => Promise<unknown> }
  /** The customer opts out in this Region alone: a STOP, an unsubscribe link. */
  stop(id: string): void
  /** Changes accepted and not yet in effect, and Import Jobs that are not over. */
  readonly underWay: () => number
}

export interface RegionOptions {
  readonly region: string
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly random: Random
  readonly note: (fact: Fact) => void
  readonly jobs: {
    readonly random: Random
    /** The lines of all objects under an URL. */
    readonly linesAt: (url: string) => readonly string[]
  }
}

interface Request {
  readonly call: Call
  readonly items: readonly Readonly<Record<string, unknown>>[]
  readonly fate: Fate
}

export const pinpointRegion = (options: RegionOptions): PinpointRegion => {
  const { region, scheduler, weather, random, note } = options
  const store = storeOf()
  const effects = effectsOf({ ...options, store })
  const answer = answering(options, store, effects)
  const jobs = jobsOf({ ...options, ...options.jobs, store, effects })
  let calls = 0

  const begin = (host: Host, command: unknown): Request => {
    const { operation, items } = asked(command)
    calls += 1
    const call: Call = {
      ...{ number: calls, at: scheduler.now(), region, operation, host: host.name },
      began: host.invocation().began,
      items: items.map(shownItem),
    }
    note({ kind: 'called', ...call })
    return { call, items, fate: fateOf(region, weather, random) }
  }
  const send = (host: Host) => (command: unknown) =>
    host.ask<unknown>(({ ok, fail }) => {
      const request = begin(host, command)
      const { call, fate } = request
      let reply: Reply | undefined
      if (fate.arrivesAfter !== undefined)
        scheduler.after(fate.arrivesAfter, () => {
          reply = answer(request)
        })
      scheduler.after(fate.heardAfter + 1, () => {
        const at = scheduler.now()
        const heard = heardOf(fate, reply)
        const lost = reply?.answer === 'accepted' ? reply.lost : []
        if (host.isAlive()) note({ kind: 'answered', at, call, answer: heard.answer, lost })
        else note({ kind: 'abandoned', at, call, lost })
        if (heard.answer === 'accepted') ok(heard.ok)
        else fail(heard.error)
      })
    })

  return {
    store,
    clientFor: (host) => {
      const [sendCall, sendOfJobs] = [send(host), jobs.send(host)]
      return { send: (command) => (isOfJobs(command) ? sendOfJobs(command) : sendCall(command)) }
    },
    stop(id) {
      effects.now(undefined, 'stop', {
        id: id.toLowerCase(),
        apply: () => store.optOut(id, scheduler.now()),
      })
    },
    underWay: () => effects.underWay() + jobs.running(),
  }
}

/** What the Region does with a request that has got there. */
const answering = ({ region, scheduler, note }: RegionOptions, store: Store, effects: Effects) => {
  const gate = gateOf(scheduler.now)
  const put = ({ call, items, fate }: Request): Reply => {
    const changes = store.accept(items, scheduler.now()).map((change) => ({
      id: change.Id.toLowerCase(),
      apply: () => store.put(change, scheduler.now()),
    }))
    const lost = effects.take(call, fate.effectAfter, changes)
    return { ok: { MessageBody: { Message: 'Accepted' } }, answer: 'accepted', lost }
  }
  const idIn = ({ call }: Request): string => call.items[0]?.id ?? ''
  const serve: Readonly<Record<Operation, (request: Request) => Reply>> = {
    batch: put,
    single: put,
    delete: (request) => {
      const id = idIn(request)
      const found = store.get(id)
      if (!found) return absent()
      const lost = effects.take(request.call, request.fate.effectAfter, [
        { id, apply: () => store.remove(id) },
      ])
      return { ok: { EndpointResponse: found }, answer: 'accepted', lost }
    },
    get: (request) => {
      const id = idIn(request)
      const shown = store.shown(id)
      note({ kind: 'read', at: scheduler.now(), region, id, host: request.call.host, shown })
      return shown ? { ok: { EndpointResponse: store.get(id) }, answer: 'accepted', lost: [] } : absent()
    },
  }
  return (request: Request): Reply => {
    const { call, fate } = request
    if (!gate.enter(call.operation)) return refusal(tooManyRequests())
    scheduler.after(fate.heardAfter - (fate.arrivesAfter ?? 0), () => gate.leave(call.operation))
    // What is said instead, the fate says.
    if (!fate.isDone) return refusal(tooManyRequests())
    try {
      return serve[call.operation](request)
    } catch (error) {
      if (error instanceof ServiceError) return refusal(error)
      throw error
    }
  }
}
