/** I11: no address, name or attribute value in what leaves the lanes: markers, figures, the texts of errors. */
import type { Monitor, Violation } from '../history/facts.ts'

/** Every address, name and value that the simulator makes up holds one of these. */
export const CANARY = /kanari|\+15550[12]\d{3}/i

export const privacyMonitor = (): Monitor => ({
  hear(fact): Violation | undefined {
    const text = fact.kind === 'message' ? fact.body : fact.kind === 'told' ? fact.text : ''
    const where = fact.kind === 'message' ? `a message of ${fact.queue}` : 'a figure or an error text'
    return CANARY.test(text)
      ? { monitor: 'I11', at: fact.at, what: `a customer's value in ${where}` }
      : undefined
  },
})
