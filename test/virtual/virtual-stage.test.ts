import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { virtualClock } from './virtual-clock.ts'
import { inProcessSandboxes } from './in-process-sandbox.ts'
import type { Door } from './in-process-sandbox.ts'
import type { Exchange } from './in-process-http.ts'
import { openVirtualStage } from './open-virtual-stage.ts'
import type { VirtualStage } from './open-virtual-stage.ts'

const START = Date.UTC(2026, 5, 1)
const HOUR = 3_600_000

describe('the stage in virtual time', () => {
  let virtual: VirtualStage
  let exchanges: Exchange[]
  beforeEach(async () => {
    exchanges = []
    virtual = await openVirtualStage({ start: START, watch: (exchange) => exchanges.push(exchange) })
  })
  afterEach(() => virtual.close())

  const row = (Id: string) => ({ Id, Address: `${Id}@example.com`, ChannelType: 'EMAIL' })
  const idsIn = (region: string) => [...virtual.endpoints(region)].map(({ Id }) => Id)
  const toPinpoint = () => exchanges.filter(({ request }) => request.path.startsWith('/v1/apps/'))

  it('brings an item of the customer table into every Region by the packaged lanes, within seconds of its clock', async () => {
    await virtual.put(row('ada'))
    await virtual.clock.runUntil(START + 10_000)
    for (const region of virtual.regions) expect(idsIn(region)).toEqual(['ada'])
    expect(virtual.failures).toEqual({})
  })

  it('plays the same hours the same way', async () => {
    const play = async (stage: VirtualStage) => {
      for (const id of ['ada', 'ben', 'ada']) {
        await stage.put({ ...row(id), Attributes: { At: [String(stage.clock.now())] } })
        await stage.clock.runUntil(stage.clock.now() + 3_000)
      }
      await stage.clock.runUntil(START + HOUR)
    }
    const told = () =>
      exchanges.map(({ request, startedAt, endedAt, status }) => [
        ...[request.method, request.path, request.headers['x-amz-target'], startedAt, endedAt, status],
      ])
    await play(virtual)
    const first = told()
    await virtual.close()
    exchanges = []
    virtual = await openVirtualStage({ start: START, watch: (exchange) => exchanges.push(exchange) })
    await play(virtual)
    expect(first.length).toBeGreaterThan(50)
    expect(told()).toEqual(first)
  })

  it('does nothing by itself', async () => {
    await virtual.clock.runUntil(START + 6 * HOUR)
    expect(exchanges).toEqual([])
    expect(virtual.stage.states.executions(virtual.hub)).toEqual([])
  })

  it('lets a client wait its three seconds for a Region that is down, and goes on when it is back', async () => {
    const { standby, stage, clock, regions } = virtual
    stage.faults.down(standby)
    await virtual.put(row('ada'))
    await clock.runUntil(START + HOUR)
    const unanswered = toPinpoint().filter(({ status }) => status === undefined)
    expect(unanswered.length).toBeGreaterThan(0)
    for (const { startedAt, endedAt } of unanswered) expect(endedAt - startedAt).toBeGreaterThanOrEqual(3_000)
    expect(virtual.owed(standby)).toBeGreaterThan(0)
    expect(regions.map((region) => idsIn(region).length).toSorted()).toEqual([0, 1, 1])

    stage.faults.up(standby)
    await clock.runUntil(clock.now() + HOUR)
    expect(idsIn(standby)).toEqual(['ada'])
    expect(virtual.owed(standby)).toBe(0)
  })
})

describe('a sandbox in virtual time', () => {
  const settings = {
    ...{ region: 'eu-west-1', name: 'slow', handler: 'slow/index.handler', codeDirectory: '/' },
    ...{ environment: { COLOUR: 'red' }, timeoutSeconds: 60, memorySize: 128 },
    ...{ roleArn: 'arn:aws:iam::000000000000:role/slow', accessKeyId: 'SLOW' },
  }
  const open = (door: Door) => {
    const clock = virtualClock(0)
    const failures: string[] = []
    const onFailure = (_name: string, { errorType }: { errorType: string }) => void failures.push(errorType)
    const sandbox = inProcessSandboxes({ clock, doorOf: () => door, onFailure })(settings, {
      clock,
      endpointUrl: 'http://127.0.0.1:1',
      log: () => undefined,
    })
    return { clock, failures, sandbox }
  }

  it('gives the function its environment, and answers as Lambda does', async () => {
    const { clock, sandbox } = open(({ environment, waiting }) => async (event, context) => {
      await waiting.sleep(1_000)
      const { getRemainingTimeInMillis: left } = context as { getRemainingTimeInMillis: () => number }
      return { event, colour: environment['COLOUR'], region: environment['AWS_REGION'], left: left() }
    })
    const answer = sandbox.run('1', '{"a":1}')
    await clock.runUntil(2_000)
    expect(await answer).toEqual({
      payload: JSON.stringify({ event: { a: 1 }, colour: 'red', region: 'eu-west-1', left: 59_000 }),
    })
    expect(sandbox.alive()).toBe(true)
  })

  it('ends a function that takes longer than it may, which from then on does nothing', async () => {
    const steps: number[] = []
    const { clock, sandbox, failures } = open(({ waiting, mortal }) => async () => {
      for (;;) {
        await waiting.sleep(25_000)
        await mortal(() => Promise.resolve())
        steps.push(waiting.now())
      }
    })
    const answer = sandbox.run('1', '{}')
    await clock.runUntil(600_000)
    expect(await answer).toMatchObject({ error: { errorType: 'Sandbox.Timedout' } })
    expect(failures).toEqual(['Sandbox.Timedout'])
    expect(sandbox.alive()).toBe(false)
    expect(steps).toEqual([25_000, 50_000])
  })

  it("tells of an error that leaves the function under the error's own name", async () => {
    const { clock, sandbox } = open(() => () => Promise.reject(new TypeError('no')))
    const answer = sandbox.run('1', '{}')
    await clock.runUntil(1)
    expect(await answer).toMatchObject({ error: { errorType: 'TypeError', errorMessage: 'no' } })
    expect(sandbox.alive()).toBe(true)
  })
})
