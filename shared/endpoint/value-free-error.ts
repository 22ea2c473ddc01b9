/** The errors whose text may be read by whoever reads a log: it names rules, places and numbers, never a customer's value. */

/**
 * What is thrown with a text of ours. Of every other error a door lets out the name alone, as its text may quote what it was
 * about. There is no `cause`: it would hang somebody else's text on ours.
 */
export class ValueFreeError extends Error {
  override readonly name: string = 'ValueFreeError'

  constructor(message: string) {
    super(message)
  }
}
