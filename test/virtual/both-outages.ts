/** The same hours twice, with a Region down and without, side by side. */
import { inOwnProcess } from './in-own-process.ts'
import type { OutageFigures, OutageOptions } from './outage.ts'

export interface Both {
  readonly undisturbed: OutageFigures
  readonly disturbed: OutageFigures
}

/** A day and two hours. */
export const OUTAGE = { seed: 1, updates: 6_000, customers: 1_500, hoursDown: 26 } as const
/** As busy, and shorter. */
export const SLICE = { seed: 1, updates: 1_500, customers: 400, hoursDown: 5 } as const

export const playBoth = async (options: Omit<OutageOptions, 'withOutage'>): Promise<Both> => {
  const [undisturbed, disturbed] = await Promise.all(
    [false, true].map((withOutage) =>
      inOwnProcess<OutageFigures>('play-outage.ts', { ...options, withOutage }),
    ),
  )
  if (!undisturbed || !disturbed) throw new Error('two were asked for')
  return { undisturbed, disturbed }
}

/** By how much (in per cent) `value` is more than `before`, either way. */
export const percentApart = (value: number, before: number): number =>
  before === value ? 0 : Math.abs((100 * (value - before)) / before)
