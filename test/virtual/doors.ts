/** The product's doors as the virtual stage opens them: their work, wired to clients that reach the gate in process. */
import type { Context, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda'
import type { FunctionSettings } from '../../local/lambda/function.ts'
import { makeClients } from '../../shared/runtime/clients.ts'
import { markChanges, sendChanges } from '../../shared/runtime/lane-doors.ts'
import { wire } from '../../shared/runtime/wire.ts'
import type { Wired } from '../../shared/runtime/wire.ts'
import type { InProcessHttp } from './in-process-http.ts'
import type { Door, Surroundings } from './in-process-sandbox.ts'

/** Doors by the name of their file in functions/. */
const DOORS: Readonly<Record<string, (wired: Wired) => ReturnType<Door>>> = {
  'mark-dirty': (wired) => {
    const work = markChanges(wired)
    return (event) => work(event as DynamoDBStreamEvent)
  },
  'send-changes': (wired) => {
    const work = sendChanges(wired)
    return (event, context) => work(event as SQSEvent, context as Context)
  },
}

/** The door of a packaged function. Throws for one that does not work on the virtual stage. */
export const productDoors =
  (http: InProcessHttp) =>
  ({ name, handler, accessKeyId }: FunctionSettings): Door => {
    const door = DOORS[handler.split('/').at(-2) ?? '']
    if (!door) throw new Error(`${name} does not work on the virtual stage`)
    return (surroundings) => {
      const { environment, waiting } = surroundings
      const clients = makeClients({
        requestHandler: mortal(http, surroundings),
        credentials: { accessKeyId, secretAccessKey: 'local' },
        signerConstructor: signerFor(accessKeyId),
        // In virtual time no answer is of the host's time.
        disableClockSkewCorrection: true,
        endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
      })
      return door(wire({ clients, waiting, environment }))
    }
  }

/** The gate reads who signs for what. It does not check the signature, which would be a tenth of all work here. */
const signerFor = (accessKeyId: string) =>
  class {
    readonly #scope: string

    constructor({ region, service }: { readonly region: unknown; readonly service: string }) {
      this.#scope = `${accessKeyId}/20260101/${String(region)}/${service}/aws4_request`
    }

    sign<T extends { headers: Record<string, string> }>(request: T): Promise<T> {
      request.headers['authorization'] = `AWS4-HMAC-SHA256 Credential=${this.#scope}`
      return Promise.resolve(request)
    }
  }

const mortal = (http: InProcessHttp, surroundings: Surroundings): InProcessHttp => ({
  ...http,
  handle: (request) => surroundings.mortal(() => http.handle(request)),
})
