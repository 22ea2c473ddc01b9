/** The errors of the Step Functions API, in its own names. */

/** `name` is the service's code (`ExecutionAlreadyExists` …); `status` that of its HTTP answer. */
export class StatesError extends Error {
  readonly status: number

  constructor(name: string, message: string, status = 400) {
    super(message)
    this.name = name
    this.status = status
  }
}
