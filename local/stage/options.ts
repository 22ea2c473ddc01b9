/** What the local Regions are started with. */
import type { Clock } from '../clock.ts'
import type { OpenSandbox } from '../lambda/sandbox.ts'
import type { PinpointOptions } from '../pinpoint/pinpoint.ts'

export interface StageOptions {
  /** Directory of packaged stacks, one sub-folder each: template, zips and `stack.json`. */
  readonly packages: string
  /** Where everything on disk goes. Made where missing; emptied where a former start made it. */
  readonly data: string
  /** 0 = any free port. */
  readonly port: number
  /** `127.0.0.1` where absent. */
  readonly host?: string
  /** Pinpoint project ids by Region: projects exist before the stacks that name them. */
  readonly applications: Readonly<Record<string, string>>
  /** The wall clock where absent. */
  readonly clock?: Clock
  /** Numbers in [0, 1); `Math.random` where absent. */
  readonly random?: () => number
  readonly pinpoint?: Omit<PinpointOptions, 'objects' | 'clock' | 'random'>
  /**
   * How many times faster time passes for Step Functions and EventBridge Scheduler; 1 where absent. Functions run for
   * real, so they, their queues and Pinpoint keep the clock as it is.
   */
  readonly timeScale?: number
  /** How functions run; in worker threads where absent. These live in real time, whatever `clock` says. */
  readonly openSandbox?: OpenSandbox
  /** How tables are kept; on disk, swept once a minute for what has expired, where absent. */
  readonly tables?: { readonly inMemory?: boolean; readonly sweepMs?: number }
  /** Which schedules and rules are due by themselves, by name; all of them where absent. Any can be fired by hand. */
  readonly schedules?: (name: string) => boolean
}
