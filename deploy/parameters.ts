/** What `npm run package` can be told: `--param NAME=VALUE`, the parameters of serverless.yml that are a person's to set. */
import { parseArgs } from 'node:util'
import { UserError } from './user-error.ts'

/** By name, as serverless.yml has them. */
export type PackageParameters = Readonly<Record<string, string>>

interface Known {
  readonly isGood: (value: string) => boolean
  readonly expected: string
}

const hours: Known = {
  isGood: (value) => /^([1-9]|10)$/.test(value),
  expected: 'a whole number of hours, 1 to 10',
}

const KNOWN: Readonly<Record<string, Known>> = {
  prefix: {
    isGood: (value) => /^[a-z][a-z0-9-]*$/.test(value),
    expected: 'small letters, digits and hyphens',
  },
  quotaShare: {
    isGood: (value) => value.trim() !== '' && Number(value) > 0 && Number(value) <= 1,
    expected: 'a number above 0, up to 1',
  },
  bulkThreshold: {
    isGood: (value) => /^[1-9]\d{0,8}$/.test(value),
    expected: 'a whole number above 0',
  },
  placeHours: hours,
  jobHours: hours,
}

/** Throws a {@link UserError} that says in one line what is wrong with the command. */
export const readParameters = (args: readonly string[]): PackageParameters =>
  Object.fromEntries(
    given(args).map((text) => {
      const [name = '', ...rest] = text.split('=')
      const value = rest.join('=')
      const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined
      if (!known) throw new UserError(`--param ${text}: there are ${Object.keys(KNOWN).join(', ')}`)
      if (!known.isGood(value))
        throw new UserError(`--param ${name}: expected ${known.expected}, got "${value}"`)
      return [name, value]
    }),
  )

const given = (args: readonly string[]): readonly string[] => {
  try {
    const { values } = parseArgs({ args: [...args], options: { param: { type: 'string', multiple: true } } })
    return values.param ?? []
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('\n')[0]}`)
  }
}
