import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  CreateImportJobCommand,
  GetEndpointCommand,
  GetImportJobCommand,
  PinpointClient,
} from '@aws-sdk/client-pinpoint'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buildProgram } from '../../local/pinpoint/build.ts'
import { ROLE } from './pinpoint-emulator-stage.ts'

// The program as `npx pinpoint-local` runs it: one file, with nothing beside it.
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinpoint-local-'))
  await buildProgram(join(folder, 'pinpoint-local.mjs'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const programs: ChildProcess[] = []
afterEach(() => {
  for (const program of programs.splice(0)) program.kill()
})

function run(...args: string[]) {
  const program = spawn(process.execPath, [join(folder, 'pinpoint-local.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  programs.push(program)
  return program
}

async function ended(program: ReturnType<typeof run>) {
  const [out, err, [code]] = await Promise.all([
    text(program.stdout),
    text(program.stderr),
    once(program, 'exit') as Promise<[number]>,
  ])
  return { out, err, code }
}

async function greetingOf(program: ReturnType<typeof run>): Promise<string> {
  let greeting = ''
  for await (const chunk of program.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    greeting += chunk
    if (greeting.includes('curl')) break
  }
  return greeting
}

describe('the program', () => {
  test('serves Pinpoint and S3 on one port, and imports from the one into the other', async () => {
    const program = run('--port', '0', '--app', 'eu-west-1=crm', '--apply-delay', '0', '--no-quotas')
    const greeting = await greetingOf(program)
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(greeting)?.[0] ?? expect.unreachable(greeting)
    expect(greeting).toContain('eu-west-1=crm')
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const pinpoint = new PinpointClient({ endpoint, region: 'eu-west-1', credentials })
    const s3 = new S3Client({ endpoint, region: 'eu-west-1', credentials })

    await s3.send(new CreateBucketCommand({ Bucket: 'drops' }))
    const Body = 'Id,Address,ChannelType\nanna,anna@example.com,EMAIL\n'
    await s3.send(new PutObjectCommand({ Bucket: 'drops', Key: 'in.csv', Body }))
    const ImportJobRequest = {
      Format: 'CSV',
      S3Url: 's3://drops/in.csv',
      RoleArn: ROLE,
      RegisterEndpoints: true,
    } as const
    const started = await pinpoint.send(
      new CreateImportJobCommand({ ApplicationId: 'crm', ImportJobRequest }),
    )
    const command = new GetImportJobCommand({ ApplicationId: 'crm', JobId: started.ImportJobResponse?.Id })
    await expect
      .poll(async () => (await pinpoint.send(command)).ImportJobResponse?.JobStatus, { timeout: 10_000 })
      .toBe('COMPLETED')
    const read = await pinpoint.send(new GetEndpointCommand({ ApplicationId: 'crm', EndpointId: 'anna' }))
    expect(read.EndpointResponse?.Address).toBe('anna@example.com')
    expect(await (await fetch(`${endpoint}/_pinpoint/faults`)).json()).toEqual({ faults: [] })

    pinpoint.destroy()
    s3.destroy()
    const exit = once(program, 'exit')
    program.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
  })

  test('explains itself', async () => {
    const { out, code } = await ended(run('--help'))
    expect(code).toBe(0)
    expect(out).toContain('--apply-delay MS')
  })

  test('says in one line that its port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { err, code } = await ended(run('--port', String((server.address() as AddressInfo).port)))
    server.close()
    expect(code).toBe(1)
    expect(err).toBe('pinpoint-local: the port is in use (choose another with --port)\n')
  })

  test.each([
    [['--port', 'http'], '--port: expected a whole number'],
    [['--apply-delay=-1'], '--apply-delay: expected a whole number'],
    [['--app', 'eu-north-1=crm'], '--app: expected REGION=ID'],
    [['--ap', 'x'], "Unknown option '--ap'"],
  ])('says in one line what is wrong with %j', async (args, message) => {
    const { err, code } = await ended(run(...args))
    expect(code).toBe(1)
    expect(err).toContain(message)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
  })
})
