/** `npm run aws -- …`: the installed aws CLI, pointed at the local Regions. */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_DATA } from './options.ts'

/** Written into the data directory by `npm start`, for this command and for tests. */
export interface StageFile {
  readonly url: string
  readonly hub: string
}

const stage = async (): Promise<StageFile> => {
  const text = await readFile(join(DEFAULT_DATA, 'stage.json'), 'utf8').catch(() => undefined)
  if (text !== undefined) return JSON.parse(text) as StageFile
  throw new Error('no local Regions are up: run npm start in another terminal first')
}

const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env, cwd: process.env['INIT_CWD'] })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })

try {
  const { url, hub } = await stage()
  // The CLI's version 2.9 ignores AWS_ENDPOINT_URL.
  process.exitCode = await run(
    process.env['AWS_CLI'] ?? 'aws',
    ['--endpoint-url', url, ...process.argv.slice(2)],
    {
      AWS_DEFAULT_REGION: hub,
      ...process.env,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_SESSION_TOKEN: '',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    },
  )
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  console.error(
    code === 'ENOENT'
      ? 'npm run aws: there is no aws CLI here (apt-get install awscli, or set AWS_CLI)'
      : `npm run aws: ${message}`,
  )
  process.exitCode = 1
}
