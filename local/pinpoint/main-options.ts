/** The command line of the standalone program. */
import { parseArgs } from 'node:util'
import { PINPOINT_REGIONS } from './regions.ts'

export const HELP = `Usage: pinpoint-local [options]

Runs Amazon Pinpoint's endpoint side, and an S3 for its jobs, for all Regions on one port.
A client's Region is read from its signature; any credentials will do.

  --port PORT          port to listen on (default 4570; 0 = any free one)
  --host HOST          address to listen on (default 127.0.0.1)
  --data DIR           folder for the bodies of S3 objects (default: a temporary one)
  --app REGION=ID      a project that is there from the start; may be repeated
                       (default: us-east-1=local-app and eu-west-1=local-app)
  --apply-delay MS     from 202 Accepted to visible (default 150)
  --rows-per-second N  speed of import jobs (default 5000)
  --no-quotas          no request quotas
  --help               this text
`

export interface MainOptions {
  readonly port: number
  readonly host: string
  readonly data: string | undefined
  readonly apps: readonly { readonly region: string; readonly id: string }[]
  readonly applyDelayMs: number
  readonly rowsPerSecond: number
  readonly quotas: boolean
}

/** Returns `help` where that was asked for. Throws an Error of one line for an option that makes no sense. */
export function parseMainOptions(args: readonly string[]): MainOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '4570' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string' },
      app: { type: 'string', multiple: true, default: ['us-east-1=local-app', 'eu-west-1=local-app'] },
      'apply-delay': { type: 'string', default: '150' },
      'rows-per-second': { type: 'string', default: '5000' },
      'no-quotas': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    port: wholeNumber('--port', values.port, 65_535),
    host: values.host,
    data: values.data,
    apps: values.app.map(app),
    applyDelayMs: wholeNumber('--apply-delay', values['apply-delay']),
    rowsPerSecond: positive('--rows-per-second', values['rows-per-second']),
    quotas: !values['no-quotas'],
  }
}

function wholeNumber(option: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= most) return number
  throw new Error(`${option}: expected a whole number of at most ${most}, got "${text}"`)
}

function positive(option: string, text: string): number {
  const number = wholeNumber(option, text)
  if (number === 0) throw new Error(`${option}: expected a number above 0`)
  return number
}

function app(text: string): { readonly region: string; readonly id: string } {
  const [region = '', id = ''] = text.split('=', 2)
  if ((PINPOINT_REGIONS as readonly string[]).includes(region) && /^[\w-]+$/.test(id)) return { region, id }
  throw new Error(
    `--app: expected REGION=ID with one of ${PINPOINT_REGIONS.join(', ')} and an id of letters, digits, - and _, ` +
      `got "${text}"`,
  )
}
