/** History events in the shape of the API: one `…EventDetails` member for each type of event. */
import type { JsonObject } from './language/json.ts'
import type { HistoryEvent } from './play/history.ts'

const DATA = ['input', 'output', 'parameters']

/** `withData` false leaves out inputs, outputs and parameters. */
export const historyEvent = (event: HistoryEvent, withData: boolean): object => {
  const { timestamp, details, ...rest } = event
  const shown = { ...rest, timestamp: timestamp / 1000 }
  if (details === undefined || Object.keys(details).length === 0) return shown
  const kept = Object.entries(details).filter(([key]) => withData || !DATA.includes(key))
  const truncations = kept
    .filter(([key]) => key === 'input' || key === 'output')
    .map(([key]) => [`${key}Details`, { truncated: false }])
  return { ...shown, [memberOf(event.type)]: Object.fromEntries([...kept, ...truncations]) as JsonObject }
}

const memberOf = (type: string): string => {
  const state = /State(Entered|Exited)$/.exec(type)
  if (state) return `state${state[1]}EventDetails`
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`
}
