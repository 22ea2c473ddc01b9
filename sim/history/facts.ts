/** What happens in a history, as the monitors hear it: facts of the world, never the product's own account of itself. */
import type { OptOut } from '../../shared/endpoint/endpoint.ts'

/**
 * `no address`: unfit, and not even whom it is about can be read. `bad attribute`: unfit in a lesser thing.
 * `refused`: fit by all rules, and Pinpoint refuses it.
 */
export type Fitness = 'fit' | 'no address' | 'bad attribute' | 'refused'

type Lists = Readonly<Record<string, readonly string[]>>

/** What one item says of one endpoint, by the account of whoever wrote it. */
export interface Said {
  readonly id: string
  readonly address: string
  readonly channel: 'EMAIL' | 'SMS' | 'GCM'
  readonly fitness: Fitness
  readonly isInactive: boolean
  readonly attributes: Lists
  readonly metrics: Readonly<Record<string, number>>
  readonly city: string | undefined
  /** Of a device. */
  readonly platform: string | undefined
  readonly userId: string | undefined
  readonly userAttributes: Lists
  readonly consent: Statement | undefined
}

/** `at`: ISO 8601, by the application's clock. */
export interface Statement {
  readonly value: OptOut
  readonly at: string | undefined
}

/** One write of the customer table. Versions are numbered through all items of the table. */
export interface Write {
  readonly at: number
  readonly version: number
  readonly key: string
  /** Empty: the item was deleted. */
  readonly said: readonly Said[]
}

/** A file of endpoints that somebody has put into the drop bucket. Its version is numbered with those of the table. */
export interface Dropped {
  readonly at: number
  readonly run: string
  readonly version: number
  readonly rows: readonly Row[]
}

export interface Row {
  /** In lower case. */
  readonly id: string
  readonly address: string
  readonly attributes: Lists
  readonly optsOut: boolean
}

export interface CallItem {
  /** In lower case: Pinpoint's ids are. */
  readonly id: string
  readonly version: number | undefined
  readonly optOut: OptOut | undefined
  readonly status: string | undefined
}

export type Operation = 'batch' | 'single' | 'delete' | 'get'

export interface Call {
  readonly number: number
  readonly at: number
  readonly region: string
  readonly operation: Operation
  readonly host: string
  /** True time at which the caller's invocation began. */
  readonly began: number
  readonly items: readonly CallItem[]
}

/** accepted: 2xx · refused: 400 · absent: 404 · throttled: 429 · unknown: no answer, or 5xx. */
export type Answered = 'accepted' | 'refused' | 'absent' | 'throttled' | 'unknown'

export type Fact =
  | ({ readonly kind: 'written' } & Write)
  | ({ readonly kind: 'called' } & Call)
  | {
      readonly kind: 'answered'
      readonly at: number
      readonly call: Call
      readonly answer: Answered
      /** Items that were taken and will never take effect. */
      readonly lost: readonly string[]
    }
  /** The caller died before it had its answer. */
  | { readonly kind: 'abandoned'; readonly at: number; readonly call: Call; readonly lost: readonly string[] }
  | {
      readonly kind: 'effect'
      readonly at: number
      readonly region: string
      readonly call: Call | undefined
      readonly id: string
      /**
       * `stop`: the customer opted out in this Region alone. `twin`: another endpoint of its address has become ACTIVE.
       * `import`: a row of an Import Job, which then is `row`.
       */
      readonly by: 'put' | 'remove' | 'stop' | 'twin' | 'import'
      readonly row?: CallItem
      readonly before: Shown | undefined
      readonly after: Shown | undefined
    }
  | ({ readonly kind: 'dropped' } & Dropped)
  /** One of a run's import files lies in the bucket of a Region; `began`: when the invocation that has put it there did. */
  | {
      readonly kind: 'staged'
      readonly at: number
      readonly region: string
      readonly run: string
      readonly prefix: string
      readonly began: number
      readonly rows: readonly CallItem[]
    }
  /** Of an Import Job of a Region, by the Region's account. */
  | {
      readonly kind: 'job'
      readonly at: number
      readonly region: string
      readonly job: string
      readonly prefix: string
      readonly state: 'created' | 'done' | 'failed'
    }
  /** A row that the Region's job did not take. */
  | { readonly kind: 'refused row'; readonly at: number; readonly region: string; readonly id: string }
  /** By the ledger's account: what became of a run in a Region. */
  | {
      readonly kind: 'loaded'
      readonly at: number
      readonly region: string
      readonly run: string
      readonly result: string
      readonly reason: string
      readonly processed: number
      readonly failures: number
      readonly left: number
    }
  /** GetEndpoint was answered: what the caller saw. */
  | {
      readonly kind: 'read'
      readonly at: number
      readonly region: string
      readonly id: string
      readonly host: string
      readonly shown: Shown | undefined
    }
  /** The consent register's row of an endpoint was written. */
  | {
      readonly kind: 'consent'
      readonly at: number
      readonly id: string
      readonly value: OptOut
      readonly said: string
    }
  | { readonly kind: 'parked'; readonly at: number; readonly region: string; readonly key: string }
  | { readonly kind: 'message'; readonly at: number; readonly queue: string; readonly body: string }
  | {
      readonly kind: 'acknowledged'
      readonly at: number
      readonly region: string
      /** True time at which the invocation that worked it off began. */
      readonly began: number
      /** Keys of the table that the message named, and whether something else still names them. */
      readonly keys: readonly { readonly key: string; readonly elsewhere: boolean }[]
    }
  | {
      readonly kind: 'invocation'
      readonly at: number
      readonly function: string
      readonly how: string
    }
  /** A message that is to be seen later. */
  | { readonly kind: 'delayed'; readonly at: number; readonly queue: string; readonly seconds: number }
  /** Text that leaves the product: figures for metrics, an error's text. */
  | { readonly kind: 'told'; readonly at: number; readonly by: string; readonly text: string }
  | { readonly kind: 'outage'; readonly at: number; readonly region: string; readonly until: number }
  | { readonly kind: 'fault'; readonly at: number; readonly fault: string }
  /** The faults are over; and later: there is nothing more to do. */
  | { readonly kind: 'calm' | 'quiet'; readonly at: number }

/** What a reader of a Region sees of an endpoint, as far as monitors care. */
export interface Shown {
  readonly version: number | undefined
  readonly optOut: OptOut
  readonly status: string
}

export interface Violation {
  readonly monitor: string
  readonly at: number
  readonly what: string
  /** What the trace is to be about. */
  readonly region?: string | undefined
  readonly id?: string | undefined
}

/** Judges facts as they come. `end` is asked once the history is over. */
export interface Monitor {
  hear(fact: Fact): Violation | undefined
  end?(): readonly Violation[]
}
