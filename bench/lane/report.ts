/** What was measured, Region by Region, as lines for people. */
import { inColumns } from '../../local/demo/columns.ts'
import type { BurstFigures } from './burst.ts'
import { CEILING } from './figures.ts'
import type { Measured } from './goals.ts'
import type { LoopFigures } from './loop.ts'

export const reportLines = ({ bursts, loop, optOuts }: Measured): string[] => [
  ...bursts.flatMap(burstLines),
  ...loopLines(loop),
  '',
  `The quota's ceiling: ${CEILING.callsPerSecond} batch calls, ${CEILING.endpointsPerSecond} endpoints a second and Region; one endpoint a call: ${CEILING.loopEndpointsPerSecond}`,
  '',
  `Opt-outs with ${optOuts.waiting.toLocaleString('en')} ids waiting: ${optOuts.optOuts}, in effect p99 ${optOuts.inEffectP99Seconds} s, proved p50 ${optOuts.p50Seconds} s, p99 ${optOuts.p99Seconds} s, max ${optOuts.maxSeconds} s (virtual time; ${optOuts.realSeconds} s in truth);`,
  `meanwhile ${optOuts.backlogPerSecond} endpoints a second went out in all Regions`,
  '',
]

const burstLines = ({ share, endpoints, regions, writeSeconds, wallSeconds }: BurstFigures): string[] => [
  '',
  `Lanes, share ${share}: ${endpoints.toLocaleString('en')} endpoints written in ${writeSeconds} s, in every Region and proved after ${wallSeconds} s`,
  inColumns([
    [
      'Region',
      'calls',
      'needed',
      'allowed',
      'used',
      '429',
      'steady',
      'items a call',
      'in all',
      'endpoints/s',
      'first call, s',
      'last, s',
    ],
    ...Object.entries(regions).map(([region, each]) => [
      ...[region, each.calls, each.neededCalls, each.allowedCalls, `${(100 * each.used).toFixed(1)} %`],
      ...[
        each.throttled,
        each.throttledOnceSteady,
        each.itemsPerCall,
        each.itemsPerCallInAll,
        each.endpointsPerSecond,
      ],
      ...[each.firstCallAfterSeconds, each.wallSeconds],
    ]),
  ]),
]

const loopLines = ({ regions }: LoopFigures): string[] => [
  '',
  'The plain loop: await UpdateEndpoint for each record, the SDK as it comes',
  inColumns([
    ['Region', 'calls', '429', 'records given up', 'endpoints/s', 's'],
    ...Object.entries(regions).map(([region, each]) => [
      ...[region, each.calls, each.throttled, each.failed, each.endpointsPerSecond, each.seconds],
    ]),
  ]),
]
