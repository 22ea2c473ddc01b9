/** What every door wears: a log line with the time it took, and never a customer's value. */
import middy from '@middy/core'
import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import type { Context } from 'aws-lambda'

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
 * A service's error text may quote what it was sent, and both Lambda's log and the execution history keep what a handler
 * throws. So a vendor's error keeps its name and status only; ours are written to hold no values.
 */
const nameless = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error('Unknown')
  const metadata = (error as { $metadata?: { httpStatusCode?: number; requestId?: string } }).$metadata
  const systemCode = (error as NodeJS.ErrnoException).code
  if (!metadata && systemCode === undefined) return error
  const safe = new Error(
    `HTTP ${metadata?.httpStatusCode ?? systemCode ?? 'none'}, request ${metadata?.requestId ?? 'unanswered'}`,
  )
  safe.name = error.name === 'Error' && systemCode ? systemCode : error.name
  return safe
}
