/** Everything a function is told by its environment, read once, checked, and all that is wrong said at once. */
import { z } from 'zod'
import { ValueFreeError } from '../endpoint/value-free-error.ts'

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region such as us-east-1')

const json = <T extends z.ZodType>(inner: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        context.addIssue({ code: 'custom', message: 'JSON' })
        return z.NEVER
      }
    })
    .pipe(inner)

const RegionEntry = z.strictObject({
  region,
  applicationId: z.string().regex(/^[0-9a-f]{32}$/, '32 hex digits, the id of a Pinpoint project'),
})

/** The machines' own time-outs leave room for the longest of each. */
const hours = z.coerce.number().int('a whole number of hours').min(1).max(10)

/** One Region: its Pinpoint project, its lanes' queues, its bucket and the roles that Pinpoint takes there. */
export interface RegionConfig extends z.infer<typeof RegionEntry> {
  /** URLs of its lanes' queues, and of the queues behind them. */
  readonly urgent: string
  readonly bulk: string
  readonly urgentDead: string
  readonly bulkDead: string
  readonly bucket: string
  readonly importRole: string
  readonly exportRole: string
}

const Environment = z.object({
  AWS_REGION: region,
  /** What all names begin with, and whose they are: the regional stacks' names follow from these. */
  PREFIX: z.string().min(1),
  PARTITION: z.string().startsWith('aws'),
  ACCOUNT_ID: z.string().regex(/^\d{12}$/, 'an account number'),
  REGIONS: json(z.array(RegionEntry).min(2, 'two or more Regions')),
  /** The URL of one queue: the others' differ in the name. */
  DROPS_QUEUE: z.url(),
  PRIMARY_REGION: region,
  STANDBY_REGION: region,
  CUSTOMER_TABLE: z.string().min(3),
  LEDGER_TABLE: z.string().min(3),
  WORK_BUCKET: z.string().min(3),
  CSV_DROP_MACHINE: z.string().startsWith('arn:'),
  LOAD_REGION_MACHINE: z.string().startsWith('arn:'),
  LOAD_BACKLOG_MACHINE: z.string().startsWith('arn:'),
  /** The part of each Pinpoint quota that is ours. */
  QUOTA_SHARE: z.coerce.number().gt(0).lte(1),
  /** Keys from which on a backlog goes by Import Job. */
  BULK_THRESHOLD: z.coerce.number().int().gt(0),
  /** Hours to wait for a place among a Region's jobs, and for the end of one. */
  PLACE_HOURS: hours,
  JOB_HOURS: hours,
  /** Only for the sender of a lane. */
  LANE_REGION: region.optional(),
})

export interface Config {
  /** The hub: where the functions run. */
  readonly hub: string
  readonly regions: readonly RegionConfig[]
  readonly primary: string
  readonly standby: string
  readonly customerTable: string
  readonly ledgerTable: string
  readonly workBucket: string
  readonly dropBucket: string
  readonly csvDropMachine: string
  readonly loadRegionMachine: string
  readonly loadBacklogMachine: string
  readonly quotaShare: number
  readonly bulkThreshold: number
  /** Hours to wait for a place among a Region's Import or Export Jobs, and for the end of one. */
  readonly placeHours: number
  readonly jobHours: number
  readonly laneRegion: string | undefined
}

/** Throws one error that names every variable that is missing or wrong, and what was expected. */
export const readConfig = (environment: NodeJS.ProcessEnv = process.env): Config => {
  const parsed = Environment.safeParse(environment)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} (${issue.message})`)
    throw new ValueFreeError(`the environment is not complete: ${wrong.join('; ')}`)
  }
  const env = parsed.data
  const config: Config = {
    hub: env.AWS_REGION,
    regions: env.REGIONS.map((entry) => regionOf(env, entry)),
    primary: env.PRIMARY_REGION,
    standby: env.STANDBY_REGION,
    customerTable: env.CUSTOMER_TABLE,
    ledgerTable: env.LEDGER_TABLE,
    workBucket: env.WORK_BUCKET,
    // Named by deploy/hub.yml.
    dropBucket: `${env.PREFIX}-drops-${env.ACCOUNT_ID}-${env.AWS_REGION}`,
    csvDropMachine: env.CSV_DROP_MACHINE,
    loadRegionMachine: env.LOAD_REGION_MACHINE,
    loadBacklogMachine: env.LOAD_BACKLOG_MACHINE,
    quotaShare: env.QUOTA_SHARE,
    bulkThreshold: env.BULK_THRESHOLD,
    placeHours: env.PLACE_HOURS,
    jobHours: env.JOB_HOURS,
    laneRegion: env.LANE_REGION,
  }
  mustAgree(config)
  return config
}

/**
 * Named by deploy/regional.yml and deploy/lanes.js; spelled out for each Region, the names would not fit the 4 KB that an
 * environment may hold.
 */
const regionOf = (env: z.infer<typeof Environment>, entry: z.infer<typeof RegionEntry>): RegionConfig => {
  const role = (kind: string) =>
    `arn:${env.PARTITION}:iam::${env.ACCOUNT_ID}:role/${env.PREFIX}-${kind}-${entry.region}`
  const queue = (name: string) => env.DROPS_QUEUE.replace(/[^/]*$/, `${env.PREFIX}-${name}`)
  return {
    ...entry,
    urgent: queue(`urgent-${entry.region}`),
    bulk: queue(`bulk-${entry.region}`),
    urgentDead: queue(`urgent-${entry.region}-dead`),
    bulkDead: queue(`bulk-${entry.region}-dead`),
    bucket: `${env.PREFIX}-${env.ACCOUNT_ID}-${entry.region}`,
    importRole: role('import'),
    exportRole: role('export'),
  }
}

const mustAgree = ({ regions, primary, standby, laneRegion }: Config): void => {
  const names = regions.map((each) => each.region)
  const list = names.join(', ')
  if (new Set(names).size < names.length) throw new ValueFreeError(`REGIONS names a Region twice: ${list}`)
  if (primary === standby) throw new ValueFreeError(`PRIMARY_REGION and STANDBY_REGION are both ${primary}`)
  for (const each of [primary, standby, laneRegion ?? primary]) {
    if (!names.includes(each)) throw new ValueFreeError(`${each} is not one of REGIONS: ${list}`)
  }
}
