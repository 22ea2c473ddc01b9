/** Pinpoint's "no": a status, an exception name and a message for the caller. */

/** Sent as `{Message, RequestID}` with the name in the header `x-amzn-errortype`. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly status: number
  readonly exception: string

  constructor(status: number, exception: string, message: string) {
    super(message)
    this.status = status
    this.exception = exception
  }
}

export const badRequest = (message: string): ServiceError =>
  new ServiceError(400, 'BadRequestException', message)

export const forbidden = (message: string): ServiceError =>
  new ServiceError(403, 'ForbiddenException', message)

export const accessDenied = (message: string): ServiceError =>
  new ServiceError(403, 'AccessDeniedException', message)

export const notFound = (message = 'Resource not found'): ServiceError =>
  new ServiceError(404, 'NotFoundException', message)

export const methodNotAllowed = (message: string): ServiceError =>
  new ServiceError(405, 'MethodNotAllowedException', message)

export const payloadTooLarge = (message: string): ServiceError =>
  new ServiceError(413, 'PayloadTooLargeException', message)

export const tooManyRequests = (message = 'Too Many Requests'): ServiceError =>
  new ServiceError(429, 'TooManyRequestsException', message)

export const internalError = (message = 'Internal server error'): ServiceError =>
  new ServiceError(500, 'InternalServerErrorException', message)

export const notImplemented = (what: string): ServiceError =>
  new ServiceError(501, 'NotImplemented', `NotImplemented: ${what} is not emulated`)
