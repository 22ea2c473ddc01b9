/** Step Functions: the product's own machines, played by the stage's interpreter in virtual time, and their client. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExecutionAlreadyExists, ExecutionDoesNotExist } from '@aws-sdk/client-sfn'
import { createStates } from '../../local/states/states.ts'
import type { FunctionOutcome, States } from '../../local/states/states.ts'
import type { Ended, Host } from '../clock/host.ts'
import type { Random } from '../clock/random.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Weather } from '../history/weather.ts'

/** Where machines and functions are. */
export const HUB = 'us-east-1'
export const machineArn = (name: string): string => `arn:aws:states:${HUB}:000000000000:stateMachine:${name}`

export interface MachinesOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  /** By the names of the files in statemachines/, which are never taken from a copy with a mistake. */
  readonly machines: readonly string[]
  readonly invoke: (name: string, payload: unknown, ended: (end: Ended<unknown>) => void) => void
}

export interface Machines {
  readonly states: States
  /** Executions that are not over. */
  readonly running: () => number
}

export const machinesOf = ({ scheduler, random, machines, invoke }: MachinesOptions): Machines => {
  const stir = (task: () => void) => () => {
    scheduler.stirred()
    task()
  }
  const after = (ms: number, task: () => void) => {
    let isOff = false
    scheduler.after(ms, () => {
      if (!isOff) stir(task)()
    })
    return () => {
      isOff = true
    }
  }
  const states = createStates({
    clock: { now: () => Math.floor(scheduler.now()), after },
    random: () => random.next(),
    invokeFunction: (_region, arn, payload) =>
      new Promise((resolve) => {
        scheduler.after(random.between(5, 40), () => {
          invoke(arn.split(':').at(-1) ?? '', payload, (end) => stir(() => resolve(outcomeOf(end)))())
        })
      }),
  })
  for (const name of machines)
    states.createStateMachine({ region: HUB, name, definition: definitionOf(name), roleArn: 'role' })
  return {
    states,
    running: () => states.executions().filter(({ status }) => status === 'RUNNING').length,
  }
}

const outcomeOf = (end: Ended<unknown>): FunctionOutcome => {
  if (end.how === 'done') return { payload: JSON.parse(JSON.stringify(end.value ?? null)) as unknown }
  const { name, message } =
    end.how === 'threw' && end.error instanceof Error ? end.error : new Error(end.how, { cause: end })
  return { error: { errorType: end.how === 'threw' ? name : 'Runtime.ExitError', errorMessage: message } }
}

const FOLDER = join(import.meta.dirname, '../../statemachines')
const definitions = new Map<string, unknown>()

/** As it is deployed: `${StageFile}` is the function stage-file, `${LoadRegionMachine}` the machine load-region. */
const definitionOf = (name: string): unknown => {
  const text = () => readFileSync(join(FOLDER, `${name}.asl.json`), 'utf8')
  const known: unknown =
    definitions.get(name) ?? JSON.parse(text().replace(/\$\{(\w+)\}/g, (_, word) => arnOf(word as string)))
  definitions.set(name, known)
  return known
}

const arnOf = (word: string): string => {
  const kebab = word.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase()
  return kebab.endsWith('-machine')
    ? machineArn(kebab.slice(0, -'-machine'.length))
    : `arn:aws:lambda:${HUB}:000000000000:function:${kebab}`
}

export interface MachinesClientOptions {
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly states: States
}

/** The SDK's client: what the product's own code starts and looks at executions with. */
export const machinesClientFor = (host: Host, { scheduler, weather, states }: MachinesClientOptions) => ({
  send: (command: unknown): Promise<unknown> =>
    host.ask(({ ok, fail }) => {
      const { input } = command as { input: Input }
      const fault = weather.strikes('start of an execution is lost', host.random)
      const isDone = !fault || host.random.chance(0.5)
      scheduler.after(host.random.between(5, 40), () => {
        let answer = () => fail(Object.assign(new Error('unavailable'), { name: 'ServiceUnavailable' }))
        try {
          const value = isDone ? perform(input, states) : undefined
          if (!fault) answer = () => ok(value)
        } catch (error) {
          if (!fault) answer = () => fail(error as Error)
        }
        scheduler.stirred()
        scheduler.after(host.random.between(5, 40), answer)
      })
    }),
})

interface Input {
  readonly executionArn?: string
  readonly stateMachineArn?: string
  readonly name?: string
  readonly input?: string
}

const perform = ({ executionArn, stateMachineArn = '', name = '', input = '{}' }: Input, states: States) => {
  if (executionArn !== undefined) {
    const found = states.executions().find((each) => each.executionArn === executionArn)
    if (!found) throw new ExecutionDoesNotExist({ message: 'none', $metadata: {} })
    return { status: found.status }
  }
  try {
    return states.startExecution(HUB, { stateMachineArn, name, input })
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionAlreadyExists')
      throw new ExecutionAlreadyExists({ message: 'there is one', $metadata: {} })
    throw error
  }
}
