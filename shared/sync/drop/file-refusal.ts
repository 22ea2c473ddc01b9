/** Thrown while a dropped file is read: as a whole it cannot be taken. */
import type { Refusal } from '../../sources/csv-header.ts'

export class FileRefusal extends Error {
  override readonly name = 'FileRefusal'
  readonly refusal: Refusal
  constructor({ code, message }: Refusal) {
    super(code)
    this.refusal = { code, message }
  }
}
