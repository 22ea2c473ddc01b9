/** A policy document that IAM would refuse, or that uses what is not emulated. The message names the place. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
}
