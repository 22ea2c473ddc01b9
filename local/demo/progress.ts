/** What goes on in the Regions, a line at a time while it goes on. */
import type { Regions } from '../../deploy/regions-file.ts'
import type { Stage } from '../stage.ts'

const EVERY = 1_000

/** Prints how far the Regions are, each second in which that changes, until the function returned is called. */
export const showProgress = (stage: Stage, regions: Regions): (() => void) => {
  let last = ''
  const show = () => {
    const line = progressLine(stage, regions)
    if (line !== last) console.log(`   ${line}`)
    last = line
  }
  const timer = setInterval(show, EVERY)
  return () => {
    clearInterval(timer)
    show()
  }
}

/** Endpoints a Region, markers waiting in the lanes, and the state machines that run. */
export const progressLine = (stage: Stage, { hub, applications }: Regions): string => {
  const held = Object.entries(applications).map(
    ([region, id]) => `${region} ${count(stage.pinpoint.endpoints(region, id))}`,
  )
  const waiting = Object.keys(applications).map(
    (region) => stage.sqs.queueByArn(laneArn(stage, region))?.depth().visible ?? 0,
  )
  const running = stage.states.executions(hub).filter(({ status }) => status === 'RUNNING').length
  const lanes = waiting.some((depth) => depth > 0) ? ` · markers waiting ${waiting.join('/')}` : ''
  return `endpoints ${held.join(' · ')}${lanes}${running > 0 ? ` · executions running ${running}` : ''}`
}

const laneArn = (stage: Stage, region: string): string => {
  const words = region.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return stage.resource('hub', `Lane${words.join('')}`).attributes?.['Arn'] ?? ''
}

const count = (items: Iterable<unknown>): number => {
  let total = 0
  for (const item of items) total += item === undefined ? 0 : 1
  return total
}
