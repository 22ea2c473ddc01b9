/** The errors a state machine can retry and catch, in the names of the Amazon States Language. */

/** A state failed. `error` is what `ErrorEquals` compares, `reason` becomes `Cause`. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure'
  readonly error: string
  readonly reason: string | undefined

  constructor(error: string, reason?: string) {
    super(reason === undefined ? error : `${error}: ${reason}`)
    this.error = error
    this.reason = reason
  }
}

/** A path, template, intrinsic function or choice could not be evaluated; the state it stands in is told in `play`. */
export class EvaluationFailure extends StateFailure {}

export const RUNTIME = 'States.Runtime'
export const TIMEOUT = 'States.Timeout'
export const TASK_FAILED = 'States.TaskFailed'
export const DATA_LIMIT = 'States.DataLimitExceeded'

export const runtimeFailure = (reason: string): EvaluationFailure => new EvaluationFailure(RUNTIME, reason)
