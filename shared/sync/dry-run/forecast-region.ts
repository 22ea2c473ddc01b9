/** What a dropped file would do in one Region, while nothing is changed anywhere. */
import type { Endpoint, Region } from '../../endpoint/endpoint.ts'
import type { Destination } from '../../destinations/destination.ts'
import type { Effects, Forecast } from '../../ledger/forecast.ts'
import type { Files } from '../files.ts'
import { FilesGone } from '../load/load-region.ts'
import { parsed } from '../parsed.ts'
import { importPrefix, partName } from '../places.ts'
import { lines, utf8 } from '../text-lines.ts'
import { loadOf } from './load-of.ts'
import type { Given } from './load-of.ts'
import { lookAtRows } from './look-at-rows.ts'
import type { Look } from './look-at-rows.ts'
import { sampleRows } from './sample-rows.ts'

export interface ForecastTask extends Omit<Look, 'destination'>, Pick<Given, 'isAway' | 'quota'> {
  readonly run: string
  readonly region: Region
  /** Import files that were made of the drop. */
  readonly parts: number
  readonly work: { readonly bucket: string; readonly files: Pick<Files, 'read'> }
  readonly destination: Pick<Destination, 'read'>
  /** Rows to look at, where nothing else is said {@link MOST}. */
  readonly most?: number
}

/** At a quarter of the default share of GetEndpoint's quota these take ten minutes, and an effect is within 3.1 % of the rows. */
const MOST = 1_000

/** A Region that does not answer is a forecast too. Throws `FilesGone`. */
export const forecastRegion = async (task: ForecastTask): Promise<Forecast> => {
  const { region, parts, most = MOST } = task
  const given = { rows: 0, bytes: 0 }
  const sample = await sampleRows(rowsOf(task, given), most)
  const { effects, reason } = await lookAtRows(sample.rows, task)
  const load = loadOf({ ...task, ...given, jobs: parts })
  const seen = sum(effects)
  return {
    region,
    ...(seen > 0 ? scaled(effects, seen, sample.total) : { how: 'unknown' }),
    ...(reason !== undefined && { reason }),
    load,
  }
}

async function* rowsOf(
  { run, parts, work }: ForecastTask,
  given: { rows: number; bytes: number },
): AsyncGenerator<Endpoint> {
  for (let part = 1; part <= parts; part += 1) {
    const key = importPrefix(run) + partName(part)
    const bytes = await work.files.read({ bucket: work.bucket, key })
    if (!bytes) throw new FilesGone('an import file of the run is no longer in the work bucket')
    for await (const line of lines(utf8(bytes))) {
      given.rows += 1
      given.bytes += Buffer.byteLength(line) + 1
      yield parsed<Endpoint>(line, key)
    }
  }
}

const sum = ({ adds, changes, same, left }: Effects): number => adds + changes + same + left

/** Half the width, in units of 1/√n, of what holds in 19 of 20 samples of n, when nothing is known of the share (n > 30). */
const WIDEST = 0.98

const scaled = (seen: Effects, rows: number, total: number): Pick<Forecast, 'how' | 'effects' | 'sample'> => {
  if (rows === total) return { how: 'exact', effects: seen }
  const within = Math.ceil((WIDEST / Math.sqrt(rows)) * total)
  return { how: 'estimated', effects: enlarged(seen, total / rows), sample: { rows, within } }
}

/** Rounded so that their sum is the whole. */
const enlarged = ({ adds, changes, same, left }: Effects, times: number): Effects => {
  const upTo = (rows: number) => Math.round(rows * times)
  return {
    adds: upTo(adds),
    changes: upTo(adds + changes) - upTo(adds),
    same: upTo(adds + changes + same) - upTo(adds + changes),
    left: upTo(adds + changes + same + left) - upTo(adds + changes + same),
  }
}
