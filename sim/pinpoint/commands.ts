/** What a command of the SDK asks for: which operation, and the items it carries. */
import type { CallItem, Operation } from '../history/facts.ts'
import { versionIn } from './store.ts'

export type Sent = Readonly<Record<string, unknown>>

/** Of a delete or a get the item is only its id. Throws for a command that the simulator does not know. */
export const asked = (command: unknown): { operation: Operation; items: readonly Sent[] } => {
  const { constructor, input } = command as { constructor: { name: string }; input: Sent }
  const Id = input['EndpointId']
  switch (constructor.name) {
    case 'UpdateEndpointsBatchCommand':
      return {
        operation: 'batch',
        items: (input['EndpointBatchRequest'] as { Item: readonly Sent[] }).Item,
      }
    case 'UpdateEndpointCommand':
      return { operation: 'single', items: [{ ...(input['EndpointRequest'] as Sent), Id }] }
    case 'DeleteEndpointCommand':
      return { operation: 'delete', items: [{ Id }] }
    case 'GetEndpointCommand':
      return { operation: 'get', items: [{ Id }] }
    default:
      throw new Error(`the simulator does not know ${constructor.name}`)
  }
}

/** An item as far as monitors care. */
export const shownItem = (item: Sent): CallItem => ({
  id: String(item['Id']).toLowerCase(),
  version: versionIn(item['Attributes']),
  optOut: item['OptOut'] as CallItem['optOut'],
  status: item['EndpointStatus'] as CallItem['status'],
})
