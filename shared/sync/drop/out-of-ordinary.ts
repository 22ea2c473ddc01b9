/** Whether a dropped file is so unlike what people mean to drop that one of them should look at it before it is imported. */
import type { FileRefused } from '../../ledger/runs.ts'
import type { Survey } from './survey-file.ts'

/** In a small file a few rows are a large share. */
const REJECTS = { rows: 100, percent: 20 }
/** A list of those who opted out is often meant, but then it is not long. */
const OPT_OUTS = { rows: 1_000, percent: 50 }

/** Why the file is held, and the counts; undefined where it is as files are. */
export const outOfOrdinary = ({
  rows,
  unfit,
  optOuts,
}: Pick<Survey, 'rows' | 'unfit' | 'optOuts'>): FileRefused | undefined => {
  const held = { rows, rejected: unfit, optOuts }
  if (isOver(unfit, rows, REJECTS)) return { ...MANY_REJECTS, held }
  return isOver(optOuts, rows, OPT_OUTS) ? { ...MANY_OPT_OUTS, held } : undefined
}

const isOver = (part: number, rows: number, limit: typeof REJECTS): boolean =>
  rows > limit.rows && part * 100 > rows * limit.percent

const NEXT = 'nothing has been imported; look at the file, then release it or refuse it (release-drop)'
const MANY_REJECTS = {
  code: 'MANY_REJECTS',
  message: `more than ${REJECTS.percent} % of the rows break rules: ${NEXT}`,
}
const MANY_OPT_OUTS = {
  code: 'MANY_OPT_OUTS',
  message: `more than ${OPT_OUTS.percent} % of the rows opt out: ${NEXT}`,
}
