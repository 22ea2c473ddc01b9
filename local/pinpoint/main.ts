#!/usr/bin/env node
/** Pinpoint as a program of its own: point any AWS SDK at its port. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wallClock } from '../clock.ts'
import { openGate, type Gate } from '../gate.ts'
import { createS3 } from '../s3/s3.ts'
import { ACCOUNT_ID } from '../service.ts'
import { FAULTS_PATH } from './faults-http.ts'
import { HELP, parseMainOptions, type MainOptions } from './main-options.ts'
import { createPinpoint } from './pinpoint.ts'

async function main(): Promise<void> {
  const options = parseMainOptions(process.argv.slice(2))
  if (options === 'help') return void process.stdout.write(HELP)
  const { gate, close } = await serve(options)
  process.stdout.write(greeting(gate, options))
  const stop = () => void close().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

async function serve(options: MainOptions): Promise<{ gate: Gate; close: () => Promise<void> }> {
  const temporary = options.data === undefined ? await mkdtemp(join(tmpdir(), 'pinpoint-local-')) : undefined
  const s3 = createS3({ clock: wallClock, directory: options.data ?? temporary ?? '' })
  const pinpoint = createPinpoint({
    // Nobody's policies are known here: every role may reach every object.
    objects: () => s3.objectsAs(() => undefined),
    clock: wallClock,
    applyDelayMs: options.applyDelayMs,
    import: { rowsPerSecond: options.rowsPerSecond },
    ...(options.quotas ? {} : { quotas: false }),
  })
  for (const { region, id } of options.apps) pinpoint.createApp(region, { Id: id, Name: id })

  const forget = async () => {
    pinpoint.close()
    await s3.close()
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
  }
  try {
    const services = { mobiletargeting: pinpoint, s3 }
    const controls = { [FAULTS_PATH]: pinpoint.faultsOverHttp }
    const gate = await openGate({ services, controls }, options.port, options.host)
    return { gate, close: () => gate.close().then(forget) }
  } catch (error) {
    await forget()
    throw error
  }
}

function greeting({ url }: Gate, { apps }: MainOptions): string {
  const { region, id } = apps[0] ?? { region: 'us-east-1', id: 'APP' }
  const aws = `aws --endpoint-url ${url}`
  return `Pinpoint and S3 for all Regions: ${url}
Projects: ${apps.map((app) => `${app.region}=${app.id}`).join(' ')}

Try:
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=${region}
  ${aws} pinpoint update-endpoint --application-id ${id} --endpoint-id anna \\
    --endpoint-request ChannelType=EMAIL,Address=anna@example.com
  ${aws} pinpoint get-endpoint --application-id ${id} --endpoint-id anna
  ${aws} s3 mb s3://drops
  ${aws} pinpoint create-export-job --application-id ${id} \\
    --export-job-request S3UrlPrefix=s3://drops/out/,RoleArn=arn:aws:iam::${ACCOUNT_ID}:role/any
  ${aws} s3 ls --recursive s3://drops
  curl -X POST ${url}${FAULTS_PATH} -d '{"region":"${region}","operation":"*","kind":"down","times":3}'
`
}

main().catch((error: NodeJS.ErrnoException) => {
  const why = error.code === 'EADDRINUSE' ? 'the port is in use (choose another with --port)' : error.message
  process.stderr.write(`pinpoint-local: ${why}\n`)
  process.exitCode = 1
})
