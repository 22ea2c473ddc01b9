/** DynamoDB's errors as they go over the wire. */

export class DynamoDbError extends Error {
  readonly status: number
  /** The document of the answer, `__type` and message included. */
  readonly body: Readonly<Record<string, unknown>>

  constructor(name: string, status: number, body: Readonly<Record<string, unknown>>) {
    super(typeof body['message'] === 'string' ? body['message'] : name)
    this.name = name
    this.status = status
    this.body = body
  }
}

export const dynamoDbError = (name: string, message: string, status = 400): DynamoDbError =>
  new DynamoDbError(name, status, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message })

export const notEmulated = (what: string): DynamoDbError =>
  dynamoDbError('NotImplemented', `NotImplemented: ${what} is not emulated`, 501)

/** Takes dynalite's errors as they are; anything else is an `InternalServerError`. */
export const asDynamoDbError = (error: unknown): DynamoDbError => {
  if (error instanceof DynamoDbError) return error
  const { statusCode, body } = (error ?? {}) as { statusCode?: unknown; body?: unknown }
  if (typeof statusCode !== 'number' || typeof body !== 'object' || body === null) {
    return dynamoDbError('InternalServerError', error instanceof Error ? error.message : String(error), 500)
  }
  const { __type: type } = body as { __type?: unknown }
  const name = typeof type === 'string' ? (type.split('#').at(-1) ?? type) : 'ValidationException'
  return new DynamoDbError(name, statusCode, body as Record<string, unknown>)
}
