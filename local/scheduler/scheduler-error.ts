/** Why a schedule is refused or a request fails, in the names of EventBridge Scheduler. */

/** `name` is the service's code; `status` that of its HTTP answer. */
export class SchedulerError extends Error {
  readonly status: number

  constructor(name: string, message: string, status = 400) {
    super(message)
    this.name = name
    this.status = status
  }
}

export const invalid = (message: string): SchedulerError => new SchedulerError('ValidationException', message)

/** Something the real service does and this one does not. */
export const notEmulated = (what: string): SchedulerError =>
  new SchedulerError('NotImplemented', `NotImplemented: ${what} is not emulated`, 501)
