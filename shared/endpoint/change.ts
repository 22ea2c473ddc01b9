/** A change: put or remove one endpoint. */
import type { Endpoint } from './endpoint.ts'

export type Change =
  { readonly kind: 'put'; readonly endpoint: Endpoint } | { readonly kind: 'remove'; readonly id: string }

export const put = (endpoint: Endpoint): Change => ({ kind: 'put', endpoint })
export const remove = (id: string): Change => ({ kind: 'remove', id })

export const idOf = (change: Change): string => (change.kind === 'put' ? change.endpoint.Id : change.id)
