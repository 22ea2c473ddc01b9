/** `npm start`: packages, starts the local Regions from the packages, and tells the three stories on them. */
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PACKAGES, packageAll } from '../deploy/package.ts'
import { readRegions } from '../deploy/regions-file.ts'
import type { Regions } from '../deploy/regions-file.ts'
import { UserError } from '../deploy/user-error.ts'
import { tellStories } from './demo/stories.ts'
import { watch } from './demo/watch.ts'
import { linesToTry } from './demo/lines-to-try.ts'
import { openGate } from './gate.ts'
import { HELP, readOptions } from './options.ts'
import type { StartOptions } from './options.ts'
import { DataDirectoryError, checkDataDirectory } from './stage/data-directory.ts'
import { startStage } from './stage.ts'
import type { Stage } from './stage.ts'

const main = async (): Promise<number> => {
  const options = await readOptions(process.argv.slice(2))
  if (options === 'help') {
    console.log(HELP)
    return 0
  }
  const regions = await readRegions()
  // Whatever a person must mend is said before the work begins.
  await checkDataDirectory(options.data).catch(asUserError)
  await checkPort(options.port)
  console.log('Packaging: one bundle a function, CloudFormation for the hub and for each Region')
  await packageAll()
  const stage = await open(options, regions)
  try {
    return await onStage(stage, options, regions)
  } finally {
    await rm(stageFile(options), { force: true })
    await stage.close()
  }
}

const open = async ({ data, port }: StartOptions, { applications, hub }: Regions): Promise<Stage> => {
  const stage = await startStage({ packages: PACKAGES, data, port, applications }).catch(asUserError)
  await writeFile(stageFile({ data }), JSON.stringify({ url: stage.url, hub }))
  console.log(`Local Regions ${Object.keys(applications).join(', ')} on ${stage.url}, as packaged\n`)
  return stage
}

const checkPort = async (port: number): Promise<void> => {
  const gate = await openGate({ services: {} }, port).catch(asUserError)
  await gate.close()
}

const asUserError = (error: NodeJS.ErrnoException): never => {
  if (error instanceof DataDirectoryError) throw new UserError(error.message)
  if (error.code === 'EADDRINUSE')
    throw new UserError('that port is in use: give another with --port, or --port 0 for any that is free')
  if (error.code === 'EACCES') throw new UserError('that port is not allowed: give another with --port')
  throw error
}

/** Tells `npm run aws` where the Regions are, while they are up. */
const stageFile = ({ data }: Pick<StartOptions, 'data'>): string => join(data, 'stage.json')

/** The exit code. */
const onStage = async (stage: Stage, options: StartOptions, regions: Regions): Promise<number> => {
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  const agree = await Promise.race([
    tellStories({ stage, regions, data: options.data, file: options.drop }),
    interrupted.then(() => undefined),
  ])
  if (agree === undefined) return 130
  if (options.once) return agree ? 0 : 1
  console.log(linesToTry(stage, regions))
  const stopWatching = watch(stage, regions)
  await interrupted
  stopWatching()
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  // A person's mistake is one line; anything else is ours, and wants its stack.
  console.error(error instanceof UserError ? `npm start: ${error.message}` : error)
  process.exitCode = 1
}
