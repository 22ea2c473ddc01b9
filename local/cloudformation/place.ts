/** Where in a stack's template something stands, so that an error can name it. */

export interface Place {
  readonly stack: string
  /** `Resources`, logical id, `Properties`, … */
  readonly path: readonly (string | number)[]
}

/** A template that CloudFormation would refuse, or that asks for what is not emulated. */
export class StackError extends Error {
  override readonly name = 'StackError'

  constructor({ stack, path }: Place, message: string, options?: ErrorOptions) {
    super(`stack ${stack}: ${[...path, ''].join('.').replace(/\.$/u, ': ')}${message}`, options)
  }
}

export const inside = ({ stack, path }: Place, ...steps: readonly (string | number)[]): Place => ({
  stack,
  path: [...path, ...steps],
})
