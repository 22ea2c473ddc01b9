/** One Pinpoint project in one Region, and the projects of all Regions. */
import { ACCOUNT_ID } from '../service.ts'
import { createEndpointStore, type EndpointStore } from './endpoint-store.ts'
import { newId, type Random } from './identifiers.ts'
import type { Job } from './jobs/job.ts'
import { limits } from './limits.ts'
import { isPinpointRegion, unknownRegion } from './regions.ts'
import { badRequest, notFound } from './service-error.ts'
import type { OpenValues } from './settled-values.ts'

/** ApplicationResponse. */
export interface ApplicationResponse {
  readonly Id: string
  readonly Arn: string
  readonly Name: string
  readonly CreationDate: string
  readonly tags: Readonly<Record<string, string>>
}

export interface EventStream {
  readonly ApplicationId: string
  readonly DestinationStreamArn: string
  readonly RoleArn: string
  readonly LastModifiedDate: string
}

export interface App {
  readonly region: string
  readonly description: ApplicationResponse
  readonly endpoints: EndpointStore
  readonly importJobs: Map<string, Job>
  readonly exportJobs: Map<string, Job>
  eventStream: EventStream | undefined
}

export interface NewApp {
  readonly Name: string
  /** Generated where absent. */
  readonly Id?: string
  readonly tags?: Readonly<Record<string, string>>
}

export interface Apps {
  /** Throws BadRequestException for an id in use and for the 101st project of a Region. */
  create(region: string, app: NewApp): App
  /** Throws NotFoundException: projects are known in their own Region only. */
  get(region: string, id: string): App
  list(region: string): readonly App[]
  delete(region: string, id: string): App
  all(): Generator<App>
}

export interface AppsOptions {
  readonly now: () => number
  readonly random: Random
  readonly applyDelayMs: number
  readonly openValues: OpenValues
}

export const arnOf = (region: string, resource: string): string =>
  `arn:aws:mobiletargeting:${region}:${ACCOUNT_ID}:${resource}`

export function createApps(options: AppsOptions): Apps {
  const regions = new Map<string, Map<string, App>>()

  function appsIn(region: string): Map<string, App> {
    if (!isPinpointRegion(region)) throw badRequest(unknownRegion(region))
    const apps = regions.get(region) ?? new Map<string, App>()
    regions.set(region, apps)
    return apps
  }

  function get(region: string, id: string): App {
    const app = appsIn(region).get(id)
    if (app === undefined) throw notFound()
    return app
  }

  return {
    get,
    create(region, { Id = newId(options.random), Name, tags = {} }) {
      const apps = appsIn(region)
      if (apps.has(Id)) throw badRequest(`The project ${Id} exists in ${region} already`)
      if (apps.size >= limits.projectsPerRegion) {
        throw badRequest(`A Region has at most ${limits.projectsPerRegion} projects`)
      }
      const CreationDate = new Date(options.now()).toISOString()
      const Arn = arnOf(region, `apps/${Id}`)
      const app = emptyApp(region, { Id, Arn, Name, CreationDate, tags }, options)
      apps.set(Id, app)
      return app
    },
    list: (region) => [...appsIn(region).values()],
    delete(region, id) {
      const app = get(region, id)
      appsIn(region).delete(id)
      return app
    },
    *all() {
      for (const apps of regions.values()) yield* apps.values()
    },
  }
}

const emptyApp = (region: string, description: ApplicationResponse, options: AppsOptions): App => ({
  region,
  description,
  endpoints: createEndpointStore({
    ...options,
    applicationId: description.Id,
    openValues: (kind) => options.openValues(`${region}/${description.Id}/${kind}`),
  }),
  importJobs: new Map(),
  exportJobs: new Map(),
  eventStream: undefined,
})
