/** `npm run sim`: seeded histories of the lanes, what broke in them, and how to see it again. */
import { readOptions, USAGE } from './options.ts'
import { loadProduct } from './product.ts'
import { huntMutants } from './mutants/hunt.ts'
import { commit, keep, keptSeeds } from './runs/kept.ts'
import { PAIR_EVERY } from './runs/paired.ts'
import { complaint, summary } from './runs/report.ts'
import { runSeeds } from './runs/run.ts'

/** From so many histories on, each kind of fault and each thing to be seen must have come up. */
const ENOUGH = 2_000
/** Lines of progress are so many milliseconds apart. */
const EVERY = 5_000

const say = (text: string) => process.stdout.write(`${text}\n`)

const simulate = async ({
  from,
  seeds,
  isBare,
  root,
  trace,
  most,
  replayed,
}: ReturnType<typeof readOptions>) => {
  const product = await loadProduct(root)
  const kept = isBare ? [] : keptSeeds().map(({ seed }) => seed)
  const began = performance.now()
  let told = began
  const shapes = new Set<string>()
  const figures = await runSeeds({
    product,
    seeds: [...kept, ...Array.from({ length: seeds }, (_, at) => from + at)],
    pairEvery: seeds === 1 ? 0 : PAIR_EVERY,
    isOver: (failures) => failures >= most,
    failed(history, violation) {
      const shape = `${violation.monitor} ${violation.what.replace(/\d+|".*"/g, '').slice(0, 40)}`
      if (!shapes.has(shape) || replayed) say(complaint(history, violation, { trace, commit: commit() }))
      else say(`seed ${history.seed}: ${violation.monitor} again: ${violation.what.slice(0, 100)}`)
      if (!shapes.has(shape) && !isBare && root === undefined) keep(history.seed, violation)
      shapes.add(shape)
    },
    progress(done, failures) {
      if (performance.now() - told < EVERY) return
      told = performance.now()
      say(`${done} histories, ${failures} broken, ${Math.round((done * 1000) / (told - began))} a second`)
    },
  })
  const seconds = (performance.now() - began) / 1000
  const isWanting = figures.histories >= ENOUGH && figures.coverage.missing().length > 0
  say(summary(figures, { seconds, kept: kept.length, from, isWanting, commit: commit() }))
  return figures.failures + figures.together.length > 0 || isWanting ? 1 : 0
}

try {
  const options = readOptions(process.argv.slice(2))
  process.exitCode = options.isHelp
    ? (say(USAGE), 0)
    : options.mutants
      ? await huntMutants(options, say)
      : await simulate(options)
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
