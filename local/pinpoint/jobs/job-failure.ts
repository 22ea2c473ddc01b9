/** A reason why a job, or one object of it, cannot be processed at all. */
export class JobFailure extends Error {
  override readonly name = 'Bad request'
}
