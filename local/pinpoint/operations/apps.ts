/** CreateApp, GetApp, GetApps, DeleteApp and the event stream's registration. */
import type { Apps, EventStream } from '../app.ts'
import { pageOf } from '../page.ts'
import { badRequest, notFound } from '../service-error.ts'
import { isMembers } from '../wire.ts'
import { appOf, bodyOf, passedRole, requiredText, type Call, type Handler } from './call.ts'

export function appOperations(apps: Apps, now: () => number) {
  const described = (call: Call) => appOf(apps, call).description

  return {
    CreateApp: (call) => {
      const body = bodyOf(call)
      const app = apps.create(call.region, {
        Name: requiredText(body, 'Name'),
        tags: tags(body['tags'] ?? {}),
      })
      return { status: 201, body: app.description }
    },
    GetApp: (call) => ({ status: 200, body: described(call) }),
    GetApps: (call) => {
      const descriptions = apps.list(call.region).map((app) => app.description)
      return { status: 200, body: pageOf(descriptions, call.query) }
    },
    DeleteApp: (call) => ({
      status: 200,
      body: apps.delete(call.region, call.parameters.app).description,
    }),

    PutEventStream: (call) => {
      const app = appOf(apps, call)
      const body = bodyOf(call)
      const DestinationStreamArn = requiredText(body, 'DestinationStreamArn')
      const RoleArn = passedRole(call, body)
      app.eventStream = {
        ApplicationId: app.description.Id,
        DestinationStreamArn,
        RoleArn,
        LastModifiedDate: new Date(now()).toISOString(),
      }
      return { status: 200, body: app.eventStream }
    },
    GetEventStream: (call) => ({ status: 200, body: existing(appOf(apps, call).eventStream) }),
    DeleteEventStream: (call) => {
      const app = appOf(apps, call)
      const body = existing(app.eventStream)
      app.eventStream = undefined
      return { status: 200, body }
    },
  } satisfies Record<string, Handler>
}

function existing(stream: EventStream | undefined): EventStream {
  if (stream === undefined) throw notFound()
  return stream
}

function tags(value: unknown): Readonly<Record<string, string>> {
  const isTags = isMembers(value) && Object.values(value).every((tag) => typeof tag === 'string')
  if (!isTags) throw badRequest('Invalid tags: expected an object of strings')
  return value as Readonly<Record<string, string>>
}
