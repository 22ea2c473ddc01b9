/** What goes on in the Regions, a line at a time while it goes on. */
import { kinds, laneOf } from '../../deploy/regions.js'
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

/** Endpoints a Region, dirty markers that each lane still owes, and the state machines that run. */
export const progressLine = (stage: Stage, { hub, applications }: Regions): string => {
  const held = Object.entries(applications).map(
    ([region, id]) => `${region} ${stage.pinpoint.endpoints(region, id).size}`,
  )
  const owed = Object.keys(applications).map((region) => depthOf(stage, region))
  const running = stage.states.executions(hub).filter(({ status }) => status === 'RUNNING').length
  const lanes = owed.some((markers) => markers > 0) ? ` · owed ${owed.join('/')}` : ''
  return `endpoints ${held.join(' · ')}${lanes}${running > 0 ? ` · executions running ${running}` : ''}`
}

/** Dirty markers of a Region's lanes: waiting, or not due yet. */
const depthOf = (stage: Stage, region: string): number =>
  kinds
    .map((kind) => stage.sqs.queueByArn(stage.resource('hub', laneOf(region, kind)).attributes['Arn'] ?? ''))
    .map((queue) => queue?.depth() ?? { visible: 0, notVisible: 0, delayed: 0 })
    .reduce((sum, { visible, notVisible, delayed }) => sum + visible + notVisible + delayed, 0)
