/** What can be made to go wrong, where, and how a description of it (from code or HTTP) is checked. */
import { z } from 'zod'
import { OPERATIONS } from './routes.ts'
import { PINPOINT_REGIONS } from './regions.ts'

const CHANGES = [
  'UpdateEndpoint',
  'UpdateEndpointsBatch',
  'DeleteEndpoint',
  'DeleteUserEndpoints',
  '*',
] as const
const JOBS = ['ImportJob', 'ExportJob'] as const
const STUCK_STATES = [
  'CREATED',
  'PREPARING_FOR_INITIALIZATION',
  'INITIALIZING',
  'PROCESSING',
  'PENDING_JOB',
  'COMPLETING',
  'FAILING',
] as const

const milliseconds = z.number().nonnegative()
const share = z.number().min(0).max(1)
const onRequests = z.enum([...OPERATIONS, '*'])

const common = {
  /** `*`: in every Region. */
  region: z.enum([...PINPOINT_REGIONS, '*']),
  /** The chance that it strikes; 1 where absent. */
  probability: share.optional(),
  /** Strikes after which it switches itself off; never where absent. */
  times: z.int().positive().optional(),
}

const faultSpec = z.discriminatedUnion('kind', [
  /** The connection is destroyed, before the work is done or (`applied`) after it. */
  z.strictObject({
    kind: z.literal('down'),
    ...common,
    operation: onRequests,
    applied: z.boolean().optional(),
  }),
  /** The request waits before the work is done; it is done even if the caller has gone. */
  z.strictObject({ kind: z.literal('slow'), ...common, operation: onRequests, ms: milliseconds }),
  /** 429 TooManyRequestsException. */
  z.strictObject({ kind: z.literal('throttled'), ...common, operation: onRequests }),
  /** 500 InternalServerErrorException, before the work is done or (`applied`) after it. */
  z.strictObject({
    kind: z.literal('error'),
    ...common,
    operation: onRequests,
    applied: z.boolean().optional(),
  }),
  /** Accepted (202, or counted as processed) but never applied. Strikes single endpoints, not requests. */
  z.strictObject({ kind: z.literal('lost'), ...common, operation: z.enum([...CHANGES, 'ImportJob']) }),
  /** Accepted, and applied `ms` later than usual: changes accepted meanwhile overtake it. Strikes single endpoints. */
  z.strictObject({ kind: z.literal('late'), ...common, operation: z.enum(CHANGES), ms: milliseconds }),
  /** The job stays in `state` (PROCESSING where absent, after `rows` rows or lines): for `ms`, or for ever. */
  z.strictObject({
    kind: z.literal('stuck'),
    ...common,
    operation: z.enum(JOBS),
    state: z.enum(STUCK_STATES).optional(),
    rows: z.int().nonnegative().optional(),
    ms: milliseconds.optional(),
  }),
  /** This share of the job's rows fails, or its last `pieces` pieces do, which makes the job FAILED. */
  z
    .strictObject({
      kind: z.literal('partial'),
      ...common,
      operation: z.enum(JOBS),
      rows: share.optional(),
      pieces: z.int().positive().optional(),
    })
    .refine((fault) => fault.rows !== undefined || fault.pieces !== undefined, {
      error: 'expected rows (a share of 0 to 1) or pieces (a count)',
    }),
  /** The job counts every line and says COMPLETED, but wrote only this share of them, or (`broken`) cut the last part off. */
  z
    .strictObject({
      kind: z.literal('truncated'),
      ...common,
      operation: z.literal('ExportJob'),
      share: share.optional(),
      broken: z.boolean().optional(),
    })
    .refine((fault) => fault.share !== undefined || fault.broken === true, {
      error: 'expected share (of the lines, 0 to 1) or broken: true',
    }),
])

export type FaultSpec = z.infer<typeof faultSpec>
export type FaultKind = FaultSpec['kind']

/** Throws an Error that names every mistake in `input`. */
export function parseFaultSpec(input: unknown): FaultSpec {
  const parsed = faultSpec.safeParse(input)
  if (parsed.success) return parsed.data
  throw new Error(`Not a fault: ${z.prettifyError(parsed.error)}`)
}
