/** The end of the demo: per Region what it holds, and what became of the file and of the copy. */
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Forecast } from '../../shared/ledger/forecast.ts'
import type { Report } from '../../shared/ledger/report.ts'
import type { RecoveryPoint } from '../../shared/ledger/runs.ts'
import type { Regions } from '../../deploy/regions-file.ts'
import type { Stage } from '../stage.ts'
import { census } from './census.ts'
import type { RegionCensus } from './census.ts'
import { inColumns } from './columns.ts'
import type { PersonAtStage } from './person.ts'
import { readReports, saveReports } from './reports.ts'

export interface Told {
  readonly stage: Stage
  readonly regions: Regions
  /** The data directory: the reports are put there as plain files. */
  readonly data: string
}

export const summarise = async (
  person: PersonAtStage,
  { stage, regions, data }: Told,
): Promise<{ text: string; agree: boolean }> => {
  const counted = countRegions(stage, regions)
  const reports = await readReports(person)
  const point = await recoveryPoint(person, regions)
  const agree =
    counted.every(({ drift }) => drift === 0) &&
    reports.every(({ report }) => report.door === 'dry-run' || report.verdict.startsWith('complete'))
  const text = [
    '',
    table(counted),
    '',
    ...reports.flatMap(({ report, place }) => reportLines(report, place)),
    `  Recovery point of ${regions.standby}: ${point ? `${age(point)} old (the export began ${point.exportStartedAt})` : 'none yet'}`,
    `  Reports, to be read after the end too: ${await saveReports(person, data)}`,
    '',
    conclusion(
      agree,
      reports.map(({ report }) => report),
    ),
  ].join('\n')
  return { text, agree }
}

const conclusion = (agree: boolean, reports: readonly Report[]): string => {
  if (agree) return 'All Regions agree.'
  const refused = reports.find(({ verdict }) => verdict === 'refused')
  if (!refused?.file || !('code' in refused.file)) {
    return 'The Regions do not agree, or a file is not in all of them: see above.'
  }
  return `The file was refused, and nothing of it imported: ${refused.file.message} (${refused.file.code}).`
}

export const countRegions = (stage: Stage, { applications }: Regions): RegionCensus[] =>
  census(
    new Map(
      Object.entries(applications).map(([region, id]) => [region, stage.pinpoint.endpoints(region, id)]),
    ),
  )

const table = (counted: readonly RegionCensus[]): string =>
  inColumns([
    ['Region', 'endpoints', 'opted out', 'inactive', 'digest of the content', 'drift'],
    ...counted.map((each) => [
      each.region,
      each.endpoints,
      each.optedOut,
      each.inactive,
      each.digest,
      each.drift,
    ]),
  ])

const age = ({ exportStartedAt }: RecoveryPoint): string =>
  `${((Date.now() - Date.parse(exportStartedAt)) / 1000).toFixed(1)} s`

const recoveryPoint = async (
  { documents, names }: PersonAtStage,
  { standby }: Regions,
): Promise<RecoveryPoint | undefined> => {
  const Key = { pk: 'recovery-point', sk: standby }
  const { Item } = await documents.send(new GetCommand({ TableName: names.ledgerTable, Key }))
  return Item as RecoveryPoint | undefined
}

/** What a person wants to know of a run. */
export const reportLines = (
  { door, verdict, file, source, regions, forecasts = [] }: Report,
  place: string,
): string[] => {
  const what = {
    'csv-drop': `File ${source['key']}`,
    'dry-run': `Dry run of ${source['key']}`,
    'region-copy': `Copy ${source['primary']} → ${source['standby']}`,
    backlog: `Backlog of ${regions.map(({ region }) => region).join()}`,
  }[door]
  const behind = regions.filter(({ result, failures }) => result === 'failed' || failures > 0)
  const again = {
    'dry-run': 'not looked at',
    'csv-drop': 'owed, and tried again within five minutes',
    'region-copy': 'left to the next copy',
    backlog: 'left to its lane',
  }[door]
  return [
    `  ${what}: ${verdict}${rows(file)}`,
    ...behind.map(({ region, reason, failures }) =>
      reason === undefined
        ? `    ${region}: ${failures} rows not taken`
        : `    ${region}: ${again} (${reason})`,
    ),
    ...forecasts.map(forecastLine),
    `    report: ${place}${file && 'rejected' in file && file.rejected + file.superseded > 0 && (door === 'csv-drop' || door === 'dry-run') ? ' (beside it rejects.csv)' : ''}`,
  ]
}

const forecastLine = ({ region, how, effects, reason }: Forecast): string => {
  if (!effects) return `    ${region}: not known (${reason})`
  const { adds, changes, same, left } = effects
  return `    ${region}: ${adds} new, ${changes} changed, ${same} as they are, ${left} left out (${how})`
}

const rows = (file: Report['file']): string => {
  if (!file) return ''
  if ('code' in file) return ` (${file.code}: ${file.message})`
  const { rows: all, accepted, rejected, superseded, inactive, tableOwned } = file
  const others = [
    `${rejected} rejected`,
    `${superseded} superseded`,
    ...(inactive > 0 ? [`${inactive} inactive`] : []),
    ...(tableOwned > 0 ? [`${tableOwned} of the customer table, which its lane brings`] : []),
  ]
  return `: ${all} rows = ${accepted} accepted + ${others.join(' + ')}`
}
