/** What a Region's audience store must be able to do. One file beside this one for each vendor. */
import type { Change } from '../endpoint/change.ts'
import type { Endpoint, Region } from '../endpoint/endpoint.ts'
import type { Outcome } from '../endpoint/outcome.ts'
import type { Pace } from './pace.ts'

/** Of calls that are not to be made come what may: what is left is `failed`, without effect. */
export interface Terms {
  /** After this instant (ms, by the host's clock) no further call is begun. */
  readonly until?: number
  /** Asked in the very moment before a call that puts these endpoints. */
  readonly mayStill?: (endpoints: readonly Endpoint[]) => Promise<boolean>
}

/** An endpoint as a Region has it. */
export interface Stored extends Endpoint {
  /** When it was last written there, whoever wrote it: ISO 8601. */
  readonly EffectiveDate?: string
}

export interface Destination {
  readonly region: Region
  /**
   * Hands the changes over in the order given, one outcome a change in that order. `changes` holds each endpoint once.
   * Never throws for what the data or the Region do: that is what outcomes are for. `applied` = the Region took it.
   */
  apply(changes: readonly Change[], terms?: Terms): Promise<readonly Outcome[]>
  /** The endpoint as the Region has it now, server-made fields included; undefined where it has none. Throws when the Region does not answer, or not before `until`. */
  read(id: string, until?: number): Promise<Stored | undefined>
  /** Only where the vendor allows but so many calls: handed from sender to sender, as the quota is one for all. */
  readonly pace?: Pace
  /** Only where the vendor allows but so much: endpoints that a call puts, and such calls a second that are ours. */
  readonly quota?: { readonly perCall: number; readonly perSecond: number }
  /** Only where the vendor can take and give files whole. */
  readonly bulk?: Bulk
}

/** Objects under a prefix of a bucket. */
export interface Place {
  readonly bucket: string
  /** Ends in `/`. */
  readonly prefix: string
}

export interface Bulk {
  /** Starts importing every JSON Lines object under `from`, whether a job already does or not. Throws when the Region does not answer. */
  startImport(from: Place): Promise<Started>
  /** Starts exporting every endpoint as gzip JSON Lines under `to`. */
  startExport(to: Place): Promise<Started>
  readonly checkImport: (job: string) => Promise<JobState>
  /** What has become of the job on `from`, whoever started it; undefined where there has never been one. */
  findImport(from: Place): Promise<FoundJob | undefined>
  readonly checkExport: (job: string) => Promise<JobState>
}

/** `busy`: the Region runs as many jobs as it may; ask later. */
export type Started = { readonly job: string } | 'busy'

export interface FoundJob extends JobState {
  readonly job: string
}

export interface JobState {
  readonly state: 'running' | 'done' | 'failed'
  /** Rows read so far, and those of them that the Region did not take. */
  readonly processed: number
  readonly failures: number
  /** Pieces of the files that the Region could not read or take: of their rows some, or all, are missing. */
  readonly failedPieces: number
}
