/** The runs: what each was about, what became of it in each Region, and which Regions it still owes. */
import type { Region } from '../endpoint/endpoint.ts'
import type { Table } from './table.ts'

/** One batch story from open to close. */
export interface Run {
  readonly run: string
  readonly door: 'csv-drop' | 'region-copy'
  /** ISO 8601. */
  readonly openedAt: string
  readonly source: Readonly<Record<string, string>>
  readonly closedAt?: string
  readonly file?: FileCounts | FileRefused
}

/** `rows = accepted + rejected + superseded + inactive`, exactly. */
export interface FileCounts {
  readonly rows: number
  readonly accepted: number
  readonly rejected: number
  readonly superseded: number
  /** Only in an export: endpoints that go by API, as an import would make them ACTIVE. */
  readonly inactive: number
}

/** The whole file was refused; nothing was imported. */
export interface FileRefused {
  readonly code: string
  readonly message: string
}

/** What became of a run's file in one Region. */
export interface RegionOutcome {
  readonly region: Region
  readonly result: 'applied' | 'failed'
  readonly reason?: string
  /** Rows the Region's job read, and those of them it did not take. */
  readonly processed: number
  readonly failures: number
  readonly attempt: number
  /** ISO 8601. */
  readonly at: string
}

export interface Owed {
  readonly run: string
  readonly region: Region
  readonly attempts: number
}

export interface RecoveryPoint {
  readonly run: string
  /** ISO 8601: the standby holds what the primary held then. */
  readonly exportStartedAt: string
  readonly completedAt: string
}

export interface Runs {
  /** False when the run is open or over: its cause has come twice. */
  open(run: Run): Promise<boolean>
  find(run: string): Promise<Run | undefined>
  note(run: Run): Promise<void>
  record(run: string, outcome: RegionOutcome): Promise<void>
  outcomes(run: string): Promise<RegionOutcome[]>
  owe(owed: Owed): Promise<void>
  settle(run: string, region: Region): Promise<void>
  owed(): Promise<Owed[]>
  noteRecoveryPoint(standby: Region, point: RecoveryPoint): Promise<void>
}

export const runs = (table: Table): Runs => {
  const runKey = (run: string) => ({ pk: `run#${run}`, sk: 'run' })
  const owedKey = (run: string, region: Region) => ({ pk: 'owed', sk: `${run}#${region}` })
  return {
    open: (run) => table.put({ ...run, ...runKey(run.run) }, { expression: 'attribute_not_exists(pk)' }),
    find: async (run) => (await table.get(runKey(run))) as Run | undefined,
    note: async (run) => void (await table.put({ ...run, ...runKey(run.run) })),
    record: async (run, outcome) =>
      void (await table.put({ ...outcome, pk: `run#${run}`, sk: `outcome#${outcome.region}` })),
    async outcomes(run) {
      const rows = await table.query(`run#${run}`)
      return rows.filter(({ sk }) => sk.startsWith('outcome#')) as unknown as RegionOutcome[]
    },
    owe: async (owed) => void (await table.put({ ...owed, ...owedKey(owed.run, owed.region) })),
    settle: async (run, region) => void (await table.delete(owedKey(run, region))),
    owed: async () => (await table.query('owed')) as unknown as Owed[],
    noteRecoveryPoint: async (standby, point) =>
      void (await table.put(
        { pk: 'recovery-point', sk: standby, ...point },
        {
          // A slow older copy must not set the clock back.
          expression: 'attribute_not_exists(pk) OR exportStartedAt < :started',
          values: { ':started': point.exportStartedAt },
        },
      )),
  }
}
