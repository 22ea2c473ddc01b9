/** The stage: local AWS Regions in one process on one port, on which the packaged CloudFormation runs unchanged. */
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { wallClock } from './clock.ts'
import { createFunctionCode } from './cloudformation/function-code.ts'
import { provision } from './cloudformation/provision.ts'
import type { Stack } from './cloudformation/provision.ts'
import { openGate } from './gate.ts'
import { createIam } from './iam/iam.ts'
import { FAULTS_PATH } from './pinpoint/faults-http.ts'
import type { Service } from './service.ts'
import { createClosers } from './stage/closers.ts'
import type { Closers } from './stage/closers.ts'
import { createControls, STAGE_PATH } from './stage/controls.ts'
import { openDataDirectory } from './stage/data-directory.ts'
import { untilIdle } from './stage/idle.ts'
import { makersFor } from './stage/makers.ts'
import type { StageOptions } from './stage/options.ts'
import { readPackages } from './stage/packages.ts'
import type { Package } from './stage/packages.ts'
import { createRegionSwitches } from './stage/region-switches.ts'
import type { RegionSwitches } from './stage/region-switches.ts'
import { openServices, servicesBySigningName } from './stage/services.ts'
import type { Services } from './stage/services.ts'
import { createStackBook } from './stage/stack-book.ts'
import type { StackBook } from './stage/stack-book.ts'

export { namesOnlyTypes } from './cloudformation/makers/not-emulated.ts'
export type { Stack, StackResource } from './cloudformation/provision.ts'
export type { StageOptions } from './stage/options.ts'

type Reachable = 'dynamodb' | 'iam' | 'lambda' | 'pinpoint' | 's3' | 'scheduler' | 'sqs' | 'states'

export interface Stage extends StackBook, Pick<Services, Reachable> {
  readonly url: string
  readonly port: number
  /** The same for callers in this process: what comes in by the port, without the port. */
  readonly handle: RequestListener
  /** Every Region that has a stack or a project, sorted. */
  readonly regions: readonly string[]
  /** Whole Regions; single operations of Pinpoint fail by `pinpoint.faults`. */
  readonly faults: Pick<RegionSwitches, 'down' | 'up'>
  /** Resolves when no message, stream record, invocation or execution is under way. */
  idle(): Promise<void>
  /** Ends everything; what is under way is not finished. */
  close(): Promise<void>
}

/**
 * Provisions every packaged stack and answers when all of them are there. Rejects, with everything closed again, with
 * a `StackError` for a template, the system's error for the port (`EADDRINUSE`), or an Error naming directory or file.
 */
export const startStage = async (options: StageOptions): Promise<Stage> => {
  const packages = await readPackages(options.packages)
  const closers = createClosers()
  try {
    return await openStage(options, packages, closers)
  } catch (error) {
    // The reason of the failure counts, not what it led to.
    await closers.close().catch(() => undefined)
    throw error
  }
}

const openStage = async (
  options: StageOptions,
  packages: readonly Package[],
  closers: Closers,
): Promise<Stage> => {
  const { data, port, host, applications, clock = wallClock, random = Math.random } = options
  const regions = [...new Set([...packages.map(({ region }) => region), ...Object.keys(applications)])].sort()
  const switches = createRegionSwitches(regions)
  const iam = createIam()
  const behindGate: Record<string, Service> = {}
  const controls: Record<string, RequestListener> = { [STAGE_PATH]: createControls(regions, switches) }
  // The port comes first: while another process has it, this data directory may be in use too.
  const gate = await openGate(
    {
      services: behindGate,
      regions,
      authorize: (...request) => iam.authorize(...request),
      isDown: (region) => switches.isDown(region),
      controls,
    },
    port,
    host,
  )
  closers.add(() => gate.close())
  const held = await openDataDirectory(data)
  closers.add(() => held.release())
  const services = openServices(options, { clock, random, iam, url: gate.url, closers })
  Object.assign(behindGate, servicesBySigningName(services))
  controls[FAULTS_PATH] = services.pinpoint.faultsOverHttp

  const book = createStackBook(await provisionAll(packages, services, data))
  services.mappings.start()
  const { dynamodb, lambda, pinpoint, s3, scheduler, sqs, states } = services
  return {
    ...{ url: gate.url, port: gate.port, handle: gate.handle, regions, ...book, faults: switches },
    ...{ dynamodb, iam, lambda, pinpoint, s3, scheduler, sqs, states },
    idle: () => untilIdle(services),
    close: () => closers.close(),
  }
}

const provisionAll = async (
  packages: readonly Package[],
  services: Services,
  data: string,
): Promise<readonly Stack[]> => {
  const code = createFunctionCode(join(data, 'functions'))
  const stacks: Stack[] = []
  for (const each of packages) {
    stacks.push(await provision(each.template, each, makersFor(services, code, each.directory)))
  }
  return stacks
}
