/** Lambda's service errors: the call itself was refused, the function never ran. */

export class LambdaError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.name = code
    this.code = code
    this.status = status
  }
}

export const functionNotFound = (arn: string): LambdaError =>
  new LambdaError('ResourceNotFoundException', 404, `Function not found: ${arn}`)

export const tooManyRequests = (): LambdaError =>
  new LambdaError('TooManyRequestsException', 429, 'Rate Exceeded.')

export const requestTooLarge = (bytes: number, limit: number): LambdaError =>
  new LambdaError(
    'RequestTooLargeException',
    413,
    `${bytes} byte payload is too large for the Invoke operation (limit ${limit} bytes)`,
  )
