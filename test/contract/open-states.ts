/** Opens the local Step Functions behind a gate, with functions that are plain TypeScript. */
import { SFNClient } from '@aws-sdk/client-sfn'
import { openGate } from '../../local/gate.ts'
import type { GateOptions } from '../../local/gate.ts'
import { ACCOUNT_ID } from '../../local/service.ts'
import { createStates } from '../../local/states/states.ts'
import type { ExecutionRecord, FunctionOutcome, StatesOptions } from '../../local/states/states.ts'
import { manualClock } from './manual-clock.ts'

export const REGION = 'eu-west-1'
export const ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/machine`

export const functionArn = (name: string, region = REGION): string =>
  `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`

/** By name; what one throws is its error document, a `refusal` the invocation's own. */
export type Functions = Readonly<Record<string, (payload: never) => unknown>>

export class Refusal extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

const invoke = async (functions: Functions, arn: string, payload: unknown): Promise<FunctionOutcome> => {
  const handler = functions[arn.split(':')[6] ?? '']
  if (!handler) throw new Refusal('ResourceNotFoundException', `Function not found: ${arn}`)
  try {
    return { payload: await handler(payload as never) }
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof Error)) throw error
    return { error: { errorType: error.name, errorMessage: error.message } }
  }
}

export const openStates = async (
  functions: Functions = {},
  more: Partial<StatesOptions> & Pick<GateOptions, 'authorize'> & { roles?: StatesOptions['authorize'] } = {},
) => {
  const clock = manualClock()
  const calls: { region: string; functionArn: string; payload: unknown }[] = []
  const states = createStates({
    clock,
    random: more.random ?? (() => 0.5),
    invokeFunction: (region, arn, payload) => {
      calls.push({ region, functionArn: arn, payload })
      return invoke(functions, arn, payload)
    },
    ...(more.roles && { authorize: more.roles }),
  })
  const gate = await openGate({
    services: { states: states.service },
    ...(more.authorize && { authorize: more.authorize }),
  })
  const clientIn = (region: string) =>
    new SFNClient({
      region,
      endpoint: gate.url,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    })
  const sfn = clientIn(REGION)

  const create = (definition: unknown, name = 'story', region = REGION): string =>
    states.createStateMachine({ region, name, definition, roleArn: ROLE })

  const find = (arn: string): ExecutionRecord => {
    const found = states.executions().find((each) => each.executionArn === arn)
    if (!found) throw new Error(`There is no execution ${arn}`)
    return found
  }

  /** Plays a machine of its own for `definition`, `ms` of virtual time long. */
  const run = async (definition: unknown, input: unknown = {}, ms = 0): Promise<ExecutionRecord> => {
    const arn = create(definition, `story-${states.executions().length}`)
    const started = states.startExecution(REGION, { stateMachineArn: arn, input: JSON.stringify(input) })
    await clock.advance(ms)
    return find(started.executionArn)
  }

  const close = async (): Promise<void> => {
    states.close()
    sfn.destroy()
    await gate.close()
  }
  return { states, clock, calls, gate, sfn, clientIn, create, run, find, close }
}

export type OpenStates = Awaited<ReturnType<typeof openStates>>

/** A machine of one Task that calls a function, with more fields for its state. */
export const callOf = (name: string, more: object = {}) => ({
  StartAt: 'Call',
  States: {
    Call: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: functionArn(name), 'Payload.$': '$' },
      OutputPath: '$.Payload',
      End: true,
      ...more,
    },
  },
})

/** The output of an execution that is expected to have succeeded. */
export const outputOf = (record: ExecutionRecord): unknown => {
  if (record.output === undefined) throw new Error(`${record.status}: ${record.error} ${record.cause}`)
  return JSON.parse(record.output)
}
