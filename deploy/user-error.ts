/** A mistake of the person who runs us: said in one line that tells what to do, without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError'
}
