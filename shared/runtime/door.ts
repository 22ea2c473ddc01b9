/** What every door wears: a log line with the time it took, and never a customer's value. */
import middy from '@middy/core'
import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import type { Context } from 'aws-lambda'
import { ValueFreeError } from '../endpoint/value-free-error.ts'

export const logger = new Logger({ serviceName: 'samepoint' })

/** A handler that does `work`. An error leaves it under its own name, with its status and without its text. */
export const door = <In, Out>(work: (event: In, context: Context) => Promise<Out>) =>
  middy<In, Out>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(timed())
    .handler(work)

/** Logs why a settled piece of work failed; true when it did. */
export const logTrouble = (result: PromiseSettledResult<unknown> | undefined): boolean => {
  if (result?.status !== 'rejected') return false
  const { name, message } = nameless(result.reason)
  logger.error('failed', { reason: name, cause: message })
  return true
}

const timed = (): middy.MiddlewareObj => {
  let began = 0
  return {
    before() {
      began = performance.now()
    },
    after() {
      logger.info('done', { ms: Math.round(performance.now() - began) })
    },
    onError(request) {
      // Set, not thrown: middy would hang the original on a thrown one, and Lambda logs what hangs on an error.
      const error = nameless(request.error)
      request.error = error
      logger.error('failed', {
        ms: Math.round(performance.now() - began),
        reason: error.name,
        cause: error.message,
      })
    },
  }
}

/**
 * An error's text may quote what it is about (a service's what it was sent, JSON.parse's and the SDK's marshaller's the value),
 * and both Lambda's log and the execution history keep what a handler throws. So only ours are let out as they are; a vendor's
 * keeps its name and status, and any other its name and where it happened.
 */
const nameless = (error: unknown): Error => {
  if (error instanceof ValueFreeError) return error
  if (!(error instanceof Error)) return new Error('Unknown')
  const { $metadata, code } = error as Called
  if (!$metadata && code === undefined) return withheld(error)
  const safe = new Error(
    `HTTP ${$metadata?.httpStatusCode ?? code ?? 'none'}, request ${$metadata?.requestId ?? 'unanswered'}`,
  )
  safe.name = error.name === 'Error' && code ? code : error.name
  return safe
}

/** What a service answered, or what came in between. */
type Called = NodeJS.ErrnoException & { $metadata?: { httpStatusCode?: number; requestId?: string } }

const withheld = (error: Error): Error => {
  const safe = new Error('its text is held back, as it may quote a value')
  safe.name = error.name
  safe.stack = [`${safe.name}: ${safe.message}`, ...framesOf(error)].join('\n')
  return safe
}

/** Where it was thrown. Nothing, where the text is not what the stack begins with: then nobody can tell them apart. */
const framesOf = ({ name, message, stack = '' }: Error): string[] => {
  const head = [`${name}: ${message}\n`, ...(message === '' ? [`${name}\n`] : [])].find((each) =>
    stack.startsWith(each),
  )
  return head === undefined ? [] : stack.slice(head.length).split('\n')
}
