/** Each mutant is run until a monitor finds it, or until so many histories that it must count as not found. */
import { rmSync } from 'node:fs'
import { runHistory } from '../history/history.ts'
import { loadProduct } from '../product.ts'
import type { Product } from '../product.ts'
import { commit } from '../runs/kept.ts'
import { copyWith, PatchFails } from './copy.ts'
import { MUTANTS } from './list.ts'
import type { Mutant } from './list.ts'

export interface Hunt {
  readonly from: number
  readonly seeds: number
  readonly only: string | undefined
}

export interface Verdict {
  readonly name: string
  /** Undefined: nothing found it. */
  readonly monitor: string | undefined
  readonly what: string
  /** Histories until it was found, or in all. */
  readonly histories: number
  readonly seed?: number
}

/** Tells each verdict; the process's exit code. */
export const huntMutants = async (
  { from, seeds, only }: Hunt,
  say: (line: string) => void,
): Promise<number> => {
  const hunted = MUTANTS.filter(({ name }) => only === undefined || name.includes(only))
  if (hunted.length === 0) throw new Error(`--only: no mutant is called ${only ?? ''}`)
  const sound = await loadProduct()
  const verdicts: Verdict[] = []
  for (const mutant of hunted) {
    const verdict = await huntOne(mutant, sound, { from, seeds })
    verdicts.push(verdict)
    say(lineOf(verdict))
  }
  const found = verdicts.filter(({ monitor }) => monitor !== undefined)
  say(
    JSON.stringify({
      bench: 'sim-mutants',
      commit: commit(),
      mutants: verdicts.length,
      killed: found.length,
      mostHistories: Math.max(0, ...found.map(({ histories }) => histories)),
      alive: verdicts.filter(({ monitor }) => monitor === undefined).map(({ name }) => name),
    }),
  )
  return found.length === verdicts.length ? 0 : 1
}

/** Only a history that the sound product gets through says anything of the mutant. */
export const huntOne = async (
  mutant: Mutant,
  sound: Product,
  { from, seeds }: Pick<Hunt, 'from' | 'seeds'>,
): Promise<Verdict> => {
  const { name } = mutant
  let root: string | undefined
  try {
    root = copyWith(mutant)
    const product = await loadProduct(root)
    for (let at = 0; at < seeds; at += 1) {
      const seed = from + at
      const [violation] = (await runHistory({ seed, product })).violations
      if (!violation) continue
      if ((await runHistory({ seed, product: sound })).violations.length > 0) continue
      return { name, monitor: violation.monitor, what: violation.what, histories: at + 1, seed }
    }
    return { name, monitor: undefined, what: 'NOT FOUND', histories: seeds }
  } catch (error) {
    if (!(error instanceof PatchFails)) throw error
    return { name, monitor: undefined, what: error.message, histories: 0 }
  } finally {
    if (root !== undefined) rmSync(root, { recursive: true, force: true })
  }
}

const lineOf = ({ name, monitor = '', what, histories, seed }: Verdict): string =>
  `${name.padEnd(72)} ${monitor.padEnd(4)} ${String(histories).padStart(5)}${seed === undefined ? '' : ` (seed ${seed})`}  ${what.slice(0, 90)}`
