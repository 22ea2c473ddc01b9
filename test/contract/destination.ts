/** What every destination promises, whatever the vendor: run on the memory twin and on the real adapter. */
import { describe, expect, it } from 'vitest'
import { put, remove } from '../../shared/endpoint/change.ts'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import { fingerprint } from '../../shared/endpoint/fingerprint.ts'
import { applied } from '../../shared/endpoint/outcome.ts'
import type { Destination } from '../../shared/destinations/destination.ts'

export interface OpenDestination {
  readonly destination: Destination
  /** Resolves when everything accepted so far can be read back. */
  settled(): Promise<void>
}

const email = (Id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  Id,
  Address: `${Id.toLowerCase()}@example.com`,
  ChannelType: 'EMAIL',
  ...more,
})

export const describeDestination = (name: string, open: () => Promise<OpenDestination>): void => {
  describe(`the ${name} destination`, () => {
    const opened = async () => {
      const { destination, ...rest } = await open()
      const settled = () => rest.settled()
      return {
        destination,
        put: async (...endpoints: Endpoint[]) => {
          const outcomes = await destination.apply(endpoints.map(put))
          await settled()
          return outcomes
        },
        remove: async (...ids: string[]) => {
          const outcomes = await destination.apply(ids.map(remove))
          await settled()
          return outcomes
        },
        print: async (id: string) => {
          const found = await destination.read(id)
          return found && fingerprint(found)
        },
      }
    }

    it('gives one outcome a change, in order, and reads back what was put', async () => {
      const { destination, put: send, print } = await opened()
      const endpoints = Array.from({ length: 130 }, (_, at) =>
        email(`e${at}`, { Attributes: { N: [String(at)] } }),
      )
      expect(await send(...endpoints)).toEqual(endpoints.map(() => applied))
      expect(await print('e129')).toBe(fingerprint(endpoints[129] as Endpoint))
      expect(await destination.apply([])).toEqual([])
    })

    it('knows an endpoint by its id in any case', async () => {
      const { put: send, destination } = await opened()
      await send(email('Mixed-1', { Attributes: { Plan: ['free'] } }))
      await send(email('mIXED-1', { Attributes: { Plan: ['gold'] } }))
      expect((await destination.read('MIXED-1'))?.Attributes).toEqual({ Plan: ['gold'] })
    })

    it('merges: what is left out stays, a named attribute is replaced, [] clears', async () => {
      const { put: send, print } = await opened()
      await send(
        email('m', {
          Attributes: { A: ['1'], B: ['2'], C: ['3'] },
          Location: { City: 'Lisbon', Country: 'PT' },
        }),
      )
      await send(email('m', { Attributes: { B: ['4', '5'], C: [] }, Location: { City: '' } }))
      expect(await print('m')).toBe(
        fingerprint(email('m', { Attributes: { A: ['1'], B: ['4', '5'] }, Location: { Country: 'PT' } })),
      )
    })

    it('keeps an opt-out through writes that are silent about it', async () => {
      const { put: send, destination } = await opened()
      await send(email('o', { OptOut: 'ALL' }))
      await send(email('o', { Attributes: { Plan: ['gold'] } }))
      expect((await destination.read('o'))?.OptOut).toBe('ALL')
      await send(email('o', { OptOut: 'NONE' }))
      expect((await destination.read('o'))?.OptOut).toBe('NONE')
    })

    it('makes an updated endpoint ACTIVE and its address twin INACTIVE, unless the status is said', async () => {
      const { put: send, destination } = await opened()
      await send(email('t1', { Address: 'twin@example.com' }))
      await send(email('t2', { Address: 'twin@example.com' }))
      expect((await destination.read('t1'))?.EndpointStatus).toBe('INACTIVE')
      expect((await destination.read('t2'))?.EndpointStatus).toBe('ACTIVE')
      await send(email('t3', { EndpointStatus: 'INACTIVE' }))
      expect((await destination.read('t3'))?.EndpointStatus).toBe('INACTIVE')
      await send(email('t1', { Address: 'twin@example.com', EndpointStatus: 'INACTIVE' }))
      expect((await destination.read('t2'))?.EndpointStatus).toBe('ACTIVE')
    })

    it('shares user attributes among the endpoints of a user', async () => {
      const { put: send, destination } = await opened()
      await send(email('u1', { User: { UserId: 'user', UserAttributes: { Name: ['Ada'] } } }))
      await send(email('u2', { User: { UserId: 'user', UserAttributes: { Name: ['Grace'] } } }))
      expect((await destination.read('u1'))?.User?.UserAttributes).toEqual({ Name: ['Grace'] })
      await send(
        email('u3', { User: { UserId: 'other', UserAttributes: { Name: ['Ada'], City: ['Lisbon'] } } }),
      )
      await send(email('u3', { User: { UserId: 'user' } }))
      expect((await destination.read('u3'))?.User?.UserAttributes).toEqual({ Name: ['Grace'] })
      await send(email('u3', { User: { UserId: 'user', UserAttributes: { City: ['Porto'] } } }))
      expect((await destination.read('u1'))?.User?.UserAttributes).toEqual({
        Name: ['Grace'],
        City: ['Porto'],
      })
      await send(email('u3', { User: { UserId: '' } }))
      expect((await destination.read('u3'))?.User?.UserAttributes ?? {}).toEqual({})
    })

    it('removes, and takes the removal of what is not there as done', async () => {
      const { put: send, remove: take, destination } = await opened()
      await send(email('r'))
      expect(await take('r', 'never-there')).toEqual([applied, applied])
      expect(await destination.read('r')).toBeUndefined()
    })
  })
}
