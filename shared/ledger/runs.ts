/** The runs: what each was about, what became of it in each Region, and what is still owed to whom, oldest first. */
import { ValueFreeError } from '../endpoint/value-free-error.ts'
import type { Region } from '../endpoint/endpoint.ts'
import type { Forecast } from './forecast.ts'
import type { Table } from './table.ts'

/** One batch story from open to close. */
export interface Run {
  readonly run: string
  readonly door: 'csv-drop' | 'dry-run' | 'region-copy' | 'backlog'
  /** When its cause was: a file dropped, a tick of the schedule, a backlog found. ISO 8601. */
  readonly openedAt: string
  /** The Regions it is meant for. */
  readonly regions: readonly Region[]
  readonly source: Readonly<Record<string, string>>
  readonly closedAt?: string
  readonly file?: FileCounts | FileRefused
  /** How far a long file has been prepared, for whoever watches. */
  readonly progress?: { readonly rows: number; readonly bytes: number }
}

/** `rows` = the sum of the others, exactly. */
export interface FileCounts {
  readonly rows: number
  readonly accepted: number
  readonly rejected: number
  readonly superseded: number
  /** Only in an export: endpoints that go by API, as an import would make them ACTIVE. */
  readonly inactive: number
  /** Only in an export: endpoints of the customer table, which reach the standby by its lane. */
  readonly tableOwned: number
  /** Of those, the ones that the lane still owed the standby when the copy closed. */
  readonly behind?: number
  /** Only of a drop with a mapping: its name, the endpoints to be imported, and those of the accepted rows that are no endpoint. */
  readonly mapping?: string
  readonly endpoints?: number
  readonly empty?: number
  /** Only of a drop: import files made of it, one for each job in a Region. */
  readonly parts?: number
  /** Only of a dry run: rows (endpoints, with a mapping) that opt out somebody whom the register, which is one for all Regions, does not know as opted out. */
  readonly newOptOuts?: number
  /** Only of a dry run, where the file is out of the ordinary: the code under which it would be held. */
  readonly wouldBeHeld?: string
}

/** The whole file was refused; nothing was imported. */
export interface FileRefused {
  readonly code: string
  readonly message: string
  /** Not for good: it is out of the ordinary, and a person is to decide. */
  readonly held?: FileHeld
}

export interface FileHeld {
  readonly rows: number
  /** Rows that break rules, and rows that opt out. */
  readonly rejected: number
  readonly optOuts: number
  /** The run that loads it since it was released. */
  readonly released?: string
}

/** Lines that a Region's job is to read. */
export const linesToLoad = ({ accepted, endpoints = accepted }: FileCounts): number => endpoints

/** Whether the file was refused, or holds no row that a Region could take. */
export const hasNothingToLoad = (file: FileCounts | FileRefused): boolean =>
  'code' in file || linesToLoad(file) === 0

/** What became of a run's file in one Region. */
export interface RegionOutcome {
  readonly region: Region
  readonly result: 'applied' | 'failed'
  readonly reason?: string
  /** Rows the Region's job read, and those of them it did not take. */
  readonly processed: number
  readonly failures: number
  /** Of those, the ones that `rejects-REGION.jsonl` beside the report holds; left out where there are none. */
  readonly named?: number
  /** Rows left out, as the customer table has sent newer ones since the drop, or has removed the endpoint. */
  readonly left: number
  readonly attempt: number
  /** ISO 8601. */
  readonly at: string
}

/** A Region that a run's file has still to reach. */
export interface Owed {
  readonly run: string
  readonly door: Run['door']
  readonly region: Region
  /** The run's: what is older goes first. */
  readonly openedAt: string
  readonly state: 'loading' | 'failed'
  /** Attempts begun. */
  readonly attempts: number
  /** ARN of the execution that makes the attempt. */
  readonly execution: string
  /** When the attempt was begun, and before when there is not to be another. ISO 8601. */
  readonly begunAt: string
  readonly notBefore: string
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
  /**
   * When a run's cause was, or what was decided of it, as whoever came first has said: those who come later, or would say
   * otherwise, are told that.
   */
  agree(run: string, about: 'cause' | 'decision', said: string): Promise<string>
  find(run: string): Promise<Run | undefined>
  /** Those of the names under which a run is open or over. */
  known(names: readonly string[]): Promise<ReadonlySet<string>>
  /** Throws where there is no such run. */
  get(run: string): Promise<Run>
  note(run: Run): Promise<void>
  record(run: string, outcome: RegionOutcome): Promise<void>
  outcomes(run: string): Promise<RegionOutcome[]>
  /** Of a dry run. */
  foresee(run: string, forecast: Forecast): Promise<void>
  forecasts(run: string): Promise<Forecast[]>
  /** False, and nothing written, where a later attempt is owed already. */
  owe(owed: Owed): Promise<boolean>
  /** Notes the next attempt of what is still owed as `seen`; false where that has been settled or begun meanwhile. */
  begin(seen: Owed, next: Owed): Promise<boolean>
  settle(owed: Pick<Owed, 'region' | 'openedAt' | 'run'>): Promise<void>
  /** What a Region is owed, oldest first. */
  owed(region: Region): Promise<Owed[]>
  /** Moves the recovery point forward, never back. */
  noteRecoveryPoint(standby: Region, point: RecoveryPoint): Promise<void>
  recoveryPoint(standby: Region): Promise<RecoveryPoint | undefined>
}

export const runs = (table: Table): Runs => {
  const runKey = (run: string) => ({ pk: `run#${run}`, sk: 'run' })
  const owedKey = ({ region, openedAt, run }: Pick<Owed, 'region' | 'openedAt' | 'run'>) => ({
    pk: `owed#${region}`,
    sk: `${openedAt}#${run}`,
  })
  const pointKey = (standby: Region) => ({ pk: 'recovery-point', sk: standby })
  const find = async (run: string) => (await table.get(runKey(run))) as Run | undefined
  const rowsIn = async <T>(run: string, kind: string): Promise<T[]> =>
    (await table.query(`run#${run}`)).filter(({ sk }) => sk.startsWith(kind)) as T[]
  return {
    find,
    async get(run) {
      const found = await find(run)
      if (!found) throw new ValueFreeError(`no run ${run} in the ledger`)
      return found
    },
    async agree(run, about, said) {
      const row = { pk: `run#${run}`, sk: about }
      if (await table.put({ ...row, said }, { expression: 'attribute_not_exists(pk)' })) return said
      return String((await table.get(row))?.['said'])
    },
    async known(names) {
      const found = await table.getAll(names.map(runKey))
      return new Set(found.map(({ pk }) => pk.slice('run#'.length)))
    },
    open: (run) => table.put({ ...run, ...runKey(run.run) }, { expression: 'attribute_not_exists(pk)' }),
    note: async (run) => void (await table.put({ ...run, ...runKey(run.run) })),
    record: async (run, outcome) =>
      void (await table.put({ ...outcome, pk: `run#${run}`, sk: `outcome#${outcome.region}` })),
    outcomes: (run) => rowsIn(run, 'outcome#'),
    foresee: async (run, forecast) =>
      void (await table.put({ ...forecast, pk: `run#${run}`, sk: `forecast#${forecast.region}` })),
    forecasts: (run) => rowsIn(run, 'forecast#'),
    owe: (owed) =>
      table.put(
        { ...owed, ...owedKey(owed) },
        {
          expression: 'attribute_not_exists(pk) OR attempts <= :attempts',
          values: { ':attempts': owed.attempts },
        },
      ),
    begin: (seen, next) =>
      table.put(
        { ...next, ...owedKey(next) },
        { expression: 'attempts = :seen', values: { ':seen': seen.attempts } },
      ),
    settle: async (owed) => void (await table.delete(owedKey(owed))),
    owed: async (region) => (await table.query(`owed#${region}`)) as unknown as Owed[],
    noteRecoveryPoint: async (standby, point) =>
      void (await table.put(
        { ...pointKey(standby), ...point },
        {
          // A slow older copy must not set the clock back.
          expression: 'attribute_not_exists(pk) OR exportStartedAt < :started',
          values: { ':started': point.exportStartedAt },
        },
      )),
    recoveryPoint: async (standby) => (await table.get(pointKey(standby))) as RecoveryPoint | undefined,
  }
}
