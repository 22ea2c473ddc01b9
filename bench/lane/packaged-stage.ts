/** The product packaged with a share of the quota, on local Regions with Pinpoint's real quotas and real time. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageStacks } from '../../deploy/package.ts'
import { readRegions } from '../../deploy/regions-file.ts'
import type { Regions } from '../../deploy/regions-file.ts'
import { startStage } from '../../local/stage.ts'
import type { Stage } from '../../local/stage.ts'

export interface PackagedStage {
  readonly stage: Stage
  readonly regions: Regions
  /** Where the packages are. */
  readonly packages: string
  close(): Promise<void>
}

const ROOT = join(import.meta.dirname, '../..')
/** What packaging reads. */
const PARTS = ['package.json', 'serverless.yml', 'regions.json', 'deploy', 'statemachines', 'mappings']

/**
 * Packages in a folder of its own, so that nobody else's packages are touched, and starts the stage from there. `share`: of
 * each quota, 0 to 1. `latencyMs`: what every call to Pinpoint takes.
 */
export const openPackagedStage = async (share: number, latencyMs: number): Promise<PackagedStage> => {
  const folder = await mkdtemp(join(tmpdir(), 'samepoint-bench-'))
  for (const part of PARTS) await cp(join(ROOT, part), join(folder, part), { recursive: true })
  const regions = await readRegions(join(folder, 'regions.json'))
  const { applications, hub } = regions
  await packageStacks(
    [
      ...Object.keys(applications).map((region) => ({ name: 'regional', region })),
      { name: 'hub', region: hub },
    ],
    folder,
    { quotaShare: String(share) },
  )
  const packages = join(folder, 'dist')
  const stage = await startStage({
    ...{ packages, data: join(folder, 'stage'), port: 0, applications },
    // The disk is not what is measured.
    tables: { inMemory: true },
  })
  stage.pinpoint.faults.add({ kind: 'slow', region: '*', operation: '*', ms: latencyMs })
  return {
    stage,
    regions,
    packages,
    async close() {
      await stage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
