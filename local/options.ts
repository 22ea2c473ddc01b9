/** What `npm start` can be told. */
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../deploy/user-error.ts'

export interface StartOptions {
  readonly once: boolean
  /** The file to drop. */
  readonly drop: string
  readonly port: number
  readonly data: string
}

export const ROOT = join(import.meta.dirname, '..')
export const DEFAULT_PORT = 4510
export const DEFAULT_DATA = join(ROOT, '.samepoint')

export const HELP = `npm start -- [options]      the local Regions, and the three stories told on them

  --once          end when the stories are told: 0 when all Regions agree, 1 when not
  --drop FILE     drop this CSV file instead of test/fixtures/customers.csv
  --port N        listen there instead of on ${DEFAULT_PORT}; 0 = any free port
  --data FOLDER   keep objects, tables, code and logs there instead of in .samepoint
  --help          this`

/** Throws a {@link UserError} that says in one line what is wrong with the command. 'help' when that is asked for. */
export const readOptions = async (args: readonly string[]): Promise<StartOptions | 'help'> => {
  const { once, drop, port, data, help } = parse(args)
  if (help) return 'help'
  return {
    once: once ?? false,
    drop: drop === undefined ? join(ROOT, 'test/fixtures/customers.csv') : await fileAt(drop),
    port: portFrom(port),
    data: data === undefined ? DEFAULT_DATA : resolve(callersFolder(), data),
  }
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean' },
        drop: { type: 'string' },
        port: { type: 'string' },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    const [first] = (error as Error).message.split('\n')
    throw new UserError(`${first} (see npm start -- --help)`)
  }
}

// npm runs scripts in the project's folder; INIT_CWD is where the person is.
const callersFolder = (): string => process.env['INIT_CWD'] ?? process.cwd()

const fileAt = async (path: string): Promise<string> => {
  const full = resolve(callersFolder(), path)
  const found = await stat(full).catch(() => undefined)
  if (!found) throw new UserError(`--drop: there is no file ${full}`)
  if (!found.isFile()) throw new UserError(`--drop: ${full} is not a file`)
  return full
}

const portFrom = (text: string | undefined): number => {
  const port = text === undefined ? DEFAULT_PORT : Number(text)
  if (/^\d+$/.test(text ?? '0') && port <= 65_535) return port
  throw new UserError(`--port: expected a number from 0 to 65535, got ${text}`)
}
