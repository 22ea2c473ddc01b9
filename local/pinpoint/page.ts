/** Lists in pages: `page-size` and `token` in, `{Item, NextToken}` out. */
import { badRequest } from './service-error.ts'

const LARGEST_PAGE = 100

export interface Page<Item> {
  readonly Item: readonly Item[]
  readonly NextToken?: string
}

/** Throws BadRequestException for a page size that is not 1 to 100 and for a token not given out by this list. */
export function pageOf<Item>(items: readonly Item[], query: URLSearchParams): Page<Item> {
  const size = pageSize(query.get('page-size'))
  const from = position(query.get('token'))
  const to = from + size
  const Item = items.slice(from, to)
  return to < items.length ? { Item, NextToken: tokenFor(to) } : { Item }
}

function pageSize(given: string | null): number {
  if (given === null) return LARGEST_PAGE
  const size = Number(given)
  if (Number.isInteger(size) && size >= 1 && size <= LARGEST_PAGE) return size
  throw badRequest(`Invalid page-size: expected 1 to ${LARGEST_PAGE}, got "${given}"`)
}

const tokenFor = (position: number): string => Buffer.from(`from ${position}`).toString('base64url')

function position(token: string | null): number {
  if (token === null) return 0
  const found = /^from (\d+)$/.exec(Buffer.from(token, 'base64url').toString('latin1'))
  if (found === null) throw badRequest('Invalid token')
  return Number(found[1])
}
