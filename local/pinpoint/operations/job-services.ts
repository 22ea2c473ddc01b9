/** What the operations on jobs need, and what import and export jobs have in common. */
import type { ObjectsAs } from '../../objects.ts'
import type { App, Apps } from '../app.ts'
import type { Fates } from '../faults.ts'
import { newId, type Random } from '../identifiers.ts'
import type { ExportSettings, ImportSettings } from '../jobs/job-settings.ts'
import type { JobSlots } from '../jobs/job-slots.ts'
import { notFound } from '../service-error.ts'
import type { Timers } from '../timers.ts'
import type { Call } from './call.ts'

export interface JobServices {
  readonly apps: Apps
  readonly fates: Fates
  readonly timers: Timers
  readonly random: Random
  readonly objects: ObjectsAs
  readonly applyDelayMs: number
}

export interface ImportServices extends JobServices {
  readonly settings: ImportSettings
  readonly slots: JobSlots
}

export interface ExportServices extends JobServices {
  readonly settings: ExportSettings
  readonly slots: JobSlots
}

/** What a new job of a project is known by. */
export const newIdentity = (app: App, { random, timers }: JobServices) => ({
  ApplicationId: app.description.Id,
  Id: newId(random),
  CreationDate: new Date(timers.now()).toISOString(),
})

/** Throws NotFoundException. */
export function jobOf<Job>(jobs: ReadonlyMap<string, Job>, call: Call): Job {
  const job = jobs.get(call.parameters.id)
  if (job === undefined) throw notFound()
  return job
}

export const newestFirst = <Job>(jobs: ReadonlyMap<string, Job>): readonly Job[] =>
  [...jobs.values()].reverse()
