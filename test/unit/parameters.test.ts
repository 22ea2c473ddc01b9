import { describe, expect, it } from 'vitest'
import { readParameters } from '../../deploy/parameters.ts'

describe('what npm run package is told', () => {
  it('is nothing, or parameters by name', () => {
    expect(readParameters([])).toEqual({})
    expect(readParameters(['--param', 'quotaShare=0.25', '--param', 'prefix=twin'])).toEqual({
      quotaShare: '0.25',
      prefix: 'twin',
    })
  })

  it.each([
    [
      'a share beyond the quota',
      ['--param', 'quotaShare=1.1'],
      'expected a number above 0, up to 1, got "1.1"',
    ],
    [
      'more hours than a machine has',
      ['--param', 'jobHours=11'],
      'a whole number of hours, 1 to 10, got "11"',
    ],
    ['a share of nothing', ['--param', 'quotaShare=0'], 'got "0"'],
    ['a share without a figure', ['--param', 'quotaShare='], 'got ""'],
    ['a name that no queue may have', ['--param', 'prefix=My Own'], 'expected small letters'],
    ['a parameter that is not a person’s to set', ['--param', 'role=hub'], 'there are prefix, quotaShare'],
    ['a parameter that every object has', ['--param', 'constructor=x'], 'there are prefix, quotaShare'],
    ['an option that there is not', ['--region', 'x'], "Unknown option '--region'"],
  ])('says in one line what is wrong with %s', (_what, args, says) => {
    expect(() => readParameters(args)).toThrow(says)
    expect(() => readParameters(args)).toThrow(/^[^\n]*$/)
  })
})
