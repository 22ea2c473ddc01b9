import type { Context } from 'aws-lambda'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { clients } from '../../shared/runtime/clients.ts'
import { door, logger } from '../../shared/runtime/door.ts'

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
    const ours = new Error('no run csv-1 in the ledger')
    expect(await thrownBy(ours)).toMatchObject({ message: ours.message })
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
