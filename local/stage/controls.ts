/** The local Regions' own switches over HTTP, without SigV4. */
import type { IncomingMessage, RequestListener } from 'node:http'
import type { RegionSwitches } from './region-switches.ts'

export const STAGE_PATH = '/_stage'

const SWITCH = /^\/_stage\/regions\/([^/]+)\/(down|up)$/u

interface Answer {
  readonly status: number
  readonly body: object
}

/**
 * `GET /_stage/regions` lists the Regions, `POST /_stage/regions/REGION/down` and `…/up` switch one.
 * What is not understood gets 404 or 405 with a message.
 */
export const createControls =
  (regions: readonly string[], switches: RegionSwitches): RequestListener =>
  (request, response) => {
    request.resume()
    const { status, body } = answerTo(request, regions, switches)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify(body)}\n`)
  }

const answerTo = (request: IncomingMessage, regions: readonly string[], switches: RegionSwitches): Answer => {
  const [path = ''] = (request.url ?? '').split('?')
  if (path === `${STAGE_PATH}/regions`) {
    return request.method === 'GET'
      ? { status: 200, body: listOf(regions, switches) }
      : refused(request, 'GET')
  }
  const [, region, state] = SWITCH.exec(path) ?? []
  if (region === undefined || !regions.includes(region)) {
    return { status: 404, body: { message: `Nothing is at ${path}; Regions are ${regions.join(', ')}` } }
  }
  if (request.method !== 'POST') return refused(request, 'POST')
  if (state === 'down') switches.down(region)
  else switches.up(region)
  return { status: 200, body: listOf([region], switches) }
}

const listOf = (regions: readonly string[], switches: RegionSwitches): object => ({
  regions: regions.map((region) => ({ region, state: switches.isDown(region) ? 'down' : 'up' })),
})

const refused = ({ method = '' }: IncomingMessage, wanted: string): Answer => ({
  status: 405,
  body: { message: `${method} is not allowed here, ${wanted} is` },
})
