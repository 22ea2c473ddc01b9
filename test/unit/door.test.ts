import type { Context } from 'aws-lambda'
import { inspect } from 'node:util'
import { marshall } from '@aws-sdk/util-dynamodb'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ValueFreeError } from '../../shared/endpoint/value-free-error.ts'
import { clients } from '../../shared/runtime/clients.ts'
import { door, logger, logTrouble } from '../../shared/runtime/door.ts'
import { BadInput } from '../../shared/runtime/operator-input.ts'

const context = { functionName: 'f', awsRequestId: 'r', memoryLimitInMB: '128' } as Context

const thrownBy = async (error: unknown): Promise<Error> => {
  const handler = door(() => Promise.reject(error as Error))
  return handler({}, context).then(
    () => expect.unreachable(),
    (thrown: Error) => thrown,
  )
}

beforeAll(() => logger.setLogLevel('SILENT'))

describe('a door', () => {
  it("lets a vendor's error out under its name and status, with nothing of its text hanging on it", async () => {
    const vendor = Object.assign(new Error('Invalid: ada@example.com'), {
      name: 'BadRequestException',
      $metadata: { httpStatusCode: 400, requestId: 'q' },
      $response: { body: 'ada@example.com' },
    })
    const thrown = await thrownBy(vendor)
    expect(thrown).toMatchObject({ name: 'BadRequestException', message: 'HTTP 400, request q' })
    expect(inspect(thrown, { depth: null, showHidden: true })).not.toContain('ada@')
  })

  it('lets an error of our own out as it is', async () => {
    const ours = new ValueFreeError('no run csv-1 in the ledger')
    expect(await thrownBy(ours)).toBe(ours)
    expect(await thrownBy(new BadInput('no key'))).toMatchObject({ name: 'BadInput', message: 'no key' })
  })

  it.each([
    ['of a damaged text', () => void JSON.parse('{"Address":ada@example.com}')],
    ['of the marshaller', () => void marshall({ phone: 15550100001555010n ** 3n })],
    ['of whoever else', () => expect.fail('ada@example.com\n    at 15550100001')],
  ])('lets nothing out of the text of an error %s', async (_whose, fail) => {
    const error = await Promise.resolve()
      .then(fail)
      .catch((each: unknown) => each)
    const texts: unknown[] = []
    vi.spyOn(logger, 'error').mockImplementation((...said) => void texts.push(said))
    logTrouble({ status: 'rejected', reason: error })
    texts.push(await thrownBy(error))
    expect(inspect(texts, { depth: null, showHidden: true })).not.toMatch(/ada@|15550100001/)
  })

  it('says where an error that is not ours was thrown', async () => {
    const thrown = await thrownBy(new TypeError('ada@example.com'))
    expect(thrown.name).toBe('TypeError')
    expect(thrown.stack).toContain('door.test.ts')
  })
})

describe('the clients', () => {
  it.each(['pinpoint', 's3', 'states', 'queues'] as const)('give up on a silent %s', (service) => {
    const handler = clients[service]('us-east-1').config.requestHandler as unknown as {
      configProvider: Promise<{ throwOnRequestTimeout?: boolean; requestTimeout?: number }>
    }
    return expect(handler.configProvider).resolves.toMatchObject({
      throwOnRequestTimeout: true,
      requestTimeout: expect.any(Number) as number,
    })
  })
})
