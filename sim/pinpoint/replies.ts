/** What a caller hears: the Region's answer, or what came instead of it, as errors in the form the SDK gives them. */
import { tooManyRequests } from '../../local/pinpoint/service-error.ts'
import type { ServiceError } from '../../local/pinpoint/service-error.ts'
import type { Answered } from '../history/facts.ts'
import type { Fate } from './fate.ts'

export type Reply =
  | { readonly ok: unknown; readonly answer: 'accepted'; readonly lost: readonly string[] }
  | { readonly error: Error; readonly answer: Exclude<Answered, 'accepted'> }

/** `reply`: what the Region said, if the request got there. */
export const heardOf = ({ instead }: Fate, reply: Reply | undefined): Reply => {
  if (instead === '429') return refusal(tooManyRequests())
  if (instead === '5xx') return { error: httpError('InternalServerErrorException', 500), answer: 'unknown' }
  if (instead === 'time-out') return { error: named('TimeoutError'), answer: 'unknown' }
  if (instead === 'reset' || !reply) return { error: named('ECONNRESET'), answer: 'unknown' }
  return reply
}

const named = (name: string): Error => Object.assign(new Error(name), { name })

const httpError = (name: string, httpStatusCode: number): Error =>
  Object.assign(named(name), { $metadata: { httpStatusCode } })

export const refusal = ({ status, exception }: ServiceError): Reply => ({
  error: httpError(exception, status),
  answer: status === 429 ? 'throttled' : status === 404 ? 'absent' : 'refused',
})

export const absent = (): Reply => ({ error: httpError('NotFoundException', 404), answer: 'absent' })
