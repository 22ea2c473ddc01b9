/** After the stories: says what changes, so that what a person does next can be seen to arrive. */
import type { Regions } from '../../deploy/regions-file.ts'
import type { Stage } from '../stage.ts'
import { personAt } from './person.ts'
import { progressLine } from './progress.ts'
import { readReports } from './reports.ts'
import { countRegions, reportLines } from './summary.ts'

const EVERY = 2_000

/** Watches until the function returned is called. */
export const watch = (stage: Stage, regions: Regions): (() => void) => {
  const person = personAt(stage, regions)
  const said = new Set<string>()
  const news = async (): Promise<string[]> => {
    const lines = (await readReports(person)).map(({ report, place }) =>
      reportLines(report, place).join('\n'),
    )
    const fresh = lines.filter((line) => !said.has(line))
    for (const line of fresh) said.add(line)
    return fresh
  }
  let last = stateLine(stage, regions)
  let known: Promise<unknown> = news()
  const look = async () => {
    const line = stateLine(stage, regions)
    if (line !== last) console.log(`   ${line}`)
    last = line
    for (const report of await news()) console.log(report)
  }
  const timer = setInterval(() => {
    // One look at a time; a stage that is closing answers no more.
    known = known.then(look).catch(() => undefined)
  }, EVERY)
  return () => clearInterval(timer)
}

const stateLine = (stage: Stage, regions: Regions): string => {
  const drift = countRegions(stage, regions)
    .filter((each) => each.drift > 0)
    .map((each) => `${each.region} ${each.drift}`)
  return `${progressLine(stage, regions)}${drift.length > 0 ? ` · drift ${drift.join(', ')}` : ' · no drift'}`
}
