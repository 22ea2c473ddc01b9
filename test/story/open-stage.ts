/** The packaged stacks on local Regions of their own, and a person who uses them, for one story test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PinpointClient, UpdateEndpointsBatchCommand } from '@aws-sdk/client-pinpoint'
import type { EndpointBatchItem } from '@aws-sdk/client-pinpoint'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { PACKAGES } from '../../deploy/package.ts'
import { readRegions } from '../../deploy/regions-file.ts'
import { census } from '../../local/demo/census.ts'
import type { RegionCensus } from '../../local/demo/census.ts'
import { personAt } from '../../local/demo/person.ts'
import { readReports } from '../../local/demo/reports.ts'
import type { FaultSpec } from '../../local/pinpoint/fault-spec.ts'
import { startStage } from '../../local/stage.ts'
import type { StageOptions } from '../../local/stage.ts'
import type { Report } from '../../shared/ledger/report.ts'

export const regions = await readRegions()
type Region = FaultSpec['region']
export const REGIONS = Object.keys(regions.applications) as Region[]
export const PRIMARY = regions.primary as Region
/** A Region that is neither hub nor primary. */
export const STANDBY = regions.standby as Region
export const OTHERS = REGIONS.filter((region) => region !== STANDBY)

export type Story = Awaited<ReturnType<typeof openStory>>

/** `options`: where the story needs other Regions than the rest. */
export const openStory = async (options: Partial<StageOptions> = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'samepoint-story-'))
  const data = join(folder, 'stage')
  const { applications, hub } = regions
  const stage = await startStage({
    packages: PACKAGES,
    data,
    port: 0,
    applications,
    // Machines wait in minutes; what they wait for takes moments.
    timeScale: 20,
    pinpoint: { applyDelayMs: 20, import: { stateMs: 20 }, export: { stateMs: 20 } },
    ...options,
  })
  const person = personAt(stage, regions)
  const application = (region: string) => applications[region] ?? ''
  const story = {
    stage,
    data,
    ...person,
    /** What a Region's readers see of one endpoint. */
    endpoint: (region: string, id: string) => stage.pinpoint.endpoints(region, application(region)).get(id),
    count: (region: string) => stage.pinpoint.endpoints(region, application(region)).size,
    census: (): RegionCensus[] =>
      census(
        new Map(REGIONS.map((region) => [region, stage.pinpoint.endpoints(region, application(region))])),
      ),
    drop: (name: string, Body: string, Metadata: Record<string, string> = {}, folder = 'drops/') =>
      person.s3.send(
        new PutObjectCommand({ Bucket: person.names.dropBucket, Key: folder + name, Body, Metadata }),
      ),
    reports: async (): Promise<Report[]> => (await readReports(person)).map(({ report }) => report),
    fire: (schedule: string, at?: number) => stage.scheduler.fire(hub, schedule, at),
    executions: (machine: string) =>
      stage.states
        .executions(hub)
        .filter(({ stateMachineArn }) => stateMachineArn.endsWith(`:samepoint-${machine}`)),
    /** As applications do that call one Region's Pinpoint by themselves. */
    async putIn(region: string, items: EndpointBatchItem[]) {
      const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
      const client = new PinpointClient({ region, endpoint: stage.url, credentials, maxAttempts: 10 })
      const EndpointBatchRequest = { Item: items }
      await client.send(
        new UpdateEndpointsBatchCommand({ ApplicationId: application(region), EndpointBatchRequest }),
      )
      await story.settled()
    },
    async settled(): Promise<void> {
      await stage.idle()
      await stage.pinpoint.settled()
    },
    async close() {
      await stage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return story
}

/** Polls until `holds`; says what did not come true when it takes longer than `seconds`. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds = 30,
): Promise<void> => {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`in ${seconds} seconds it did not come true that ${what}`)
}

export const agree = (counted: readonly RegionCensus[]): boolean => counted.every(({ drift }) => drift === 0)
