/** maxResults and nextToken, as the service's lists and histories page. */
import { own } from './language/json.ts'
import type { JsonObject } from './language/json.ts'
import { StatesError } from './service-error.ts'

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextToken: string | undefined
}

/**
 * The page of `all` that the request asks for: at most maxResults (1 to 1,000; default 100), after the item the token
 * names, so that what is added in the meantime neither repeats nor hides an item. Throws `InvalidToken`.
 */
export const page = <T>(all: readonly T[], body: JsonObject, keyOf: (item: T) => string): Page<T> => {
  const from = startOf(all, own(body, 'nextToken'), keyOf)
  const size = sizeOf(own(body, 'maxResults'))
  const items = all.slice(from, from + size)
  const last = items.at(-1)
  const more = from + size < all.length && last !== undefined
  return { items, nextToken: more ? Buffer.from(keyOf(last)).toString('base64url') : undefined }
}

const startOf = <T>(all: readonly T[], token: unknown, keyOf: (item: T) => string): number => {
  if (token === undefined || token === null) return 0
  const key = Buffer.from(typeof token === 'string' ? token : '', 'base64url').toString()
  const at = all.findIndex((item) => keyOf(item) === key)
  if (at < 0) throw new StatesError('InvalidToken', `Invalid Token: ${JSON.stringify(token)}`)
  return at + 1
}

const sizeOf = (maxResults: unknown): number => {
  if (maxResults === undefined || maxResults === null || maxResults === 0) return 100
  if (
    typeof maxResults === 'number' &&
    Number.isInteger(maxResults) &&
    maxResults > 0 &&
    maxResults <= 1000
  ) {
    return maxResults
  }
  throw new StatesError(
    'ValidationException',
    `1 validation error detected: Value ${JSON.stringify(maxResults)} at 'maxResults' failed to satisfy constraint: Member must have value between 0 and 1000`,
  )
}
