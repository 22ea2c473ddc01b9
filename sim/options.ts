/** The command line of the simulation. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const USAGE = `npm run sim -- [--from SEED] [--seeds N] [--trace LINES] [--most FAILURES] [--bare] [--root FOLDER]
npm run sim -- --mutants [--only NAME] [--seeds N]

  --from SEED      the first seed (1)
  --seeds N        how many histories (2000); of one, all that broke is told
  --trace LINES    of a broken history, how many of its last facts about the endpoint in question (40)
  --most FAILURES  stop after so many (10)
  --bare           neither replay the kept failures first nor keep new ones
  --root FOLDER    take the product from another folder, which holds a shared/
  --mutants        put mistakes into copies of the product, one at a time: each must be found`

export interface Options {
  readonly isHelp: boolean
  readonly from: number
  readonly seeds: number
  readonly trace: number
  readonly most: number
  readonly isBare: boolean
  readonly root: string | undefined
  /** One seed was asked for. */
  readonly replayed: boolean
  readonly mutants: boolean
  readonly only: string | undefined
}

/** Throws an Error that says which option, what was expected and what was got. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      from: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '2000' },
      trace: { type: 'string', default: '40' },
      most: { type: 'string', default: '10' },
      bare: { type: 'boolean', default: false },
      root: { type: 'string' },
      mutants: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  })
  const seeds = count('seeds', values.seeds)
  return {
    isHelp: values.help,
    from: count('from', values.from),
    seeds,
    trace: count('trace', values.trace),
    most: count('most', values.most),
    // Whoever asks for one history wants that one.
    isBare: values.bare || seeds === 1,
    root: values.root === undefined ? undefined : resolve(values.root),
    replayed: seeds === 1,
    mutants: values.mutants,
    only: values.only,
  }
}

const count = (name: string, text: string): number => {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 0 && text.trim() !== '') return number
  throw new Error(`--${name}: expected a whole number, got ${text}`)
}
