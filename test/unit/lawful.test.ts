import { describe, expect, it } from 'vitest'
import { put, remove } from '../../shared/endpoint/change.ts'
import type { Consent } from '../../shared/endpoint/consent.ts'
import type { OptOut } from '../../shared/endpoint/endpoint.ts'
import { isLawful } from '../../shared/endpoint/lawful.ts'

const saying = (OptOut?: OptOut) =>
  put({ Id: 'a', Address: 'a@example.com', ChannelType: 'EMAIL', ...(OptOut && { OptOut }) })
const consent = (value: OptOut): Consent => ({ value, at: '2026-05-01T00:00:00.000Z' })

describe('the last look at a change', () => {
  it.each([
    ['ALL', undefined, true],
    ['NONE', undefined, false],
    [undefined, undefined, true],
    ['ALL', 'ALL', true],
    ['NONE', 'ALL', false],
    [undefined, 'ALL', false],
    ['ALL', 'NONE', true],
    ['NONE', 'NONE', true],
    [undefined, 'NONE', true],
  ] as const)('lets a put that says %s go where %s is known: %s', (said, known, lawful) => {
    expect(isLawful(saying(said), known && consent(known))).toBe(lawful)
  })

  it('lets a remove go, whatever is known', () => {
    for (const known of [undefined, consent('ALL'), consent('NONE')])
      expect(isLawful(remove('a'), known)).toBe(true)
  })
})
