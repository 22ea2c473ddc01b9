/** The Regions, from regions.json, as the templates need them. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const folder = join(import.meta.dirname, '..')
const json = (file) => JSON.parse(readFileSync(resolve(folder, file), 'utf8'))

const config = json('regions.json')

/** [{ region, applicationId }] */
export const regions = Object.entries(config.applications).map(([region, applicationId]) => ({
  region,
  applicationId,
}))

export const { hub, primary, standby } = config

/** The customer table's key attribute. */
export const customerKey = json(config.mapping).key

/** us-east-1 → UsEast1, as logical ids have no hyphens. */
export const logical = (name) =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')

/** A Region's lanes: opt-outs and deletes do not wait behind the others. */
export const kinds = ['urgent', 'bulk']

/** The logical id of the queue of a Region's lane; the one behind it has the same with `Dead`. */
export const laneOf = (region, kind) => `${logical(kind)}${logical(region)}`

/** What every function is told; shared/runtime/config.ts reads it. */
export const environment = {
  PREFIX: '${param:prefix}',
  PARTITION: { Ref: 'AWS::Partition' },
  ACCOUNT_ID: { Ref: 'AWS::AccountId' },
  REGIONS: JSON.stringify(regions),
  // The URLs of the lanes' queues differ from it in the name alone: all of them would not fit.
  DROPS_QUEUE: { Ref: 'Drops' },
  PRIMARY_REGION: primary,
  STANDBY_REGION: standby,
  CUSTOMER_TABLE: { Ref: 'CustomerTable' },
  LEDGER_TABLE: { Ref: 'LedgerTable' },
  WORK_BUCKET: { Ref: 'WorkBucket' },
  // By name: a Ref would make a function depend on the machine that depends on it.
  CSV_DROP_MACHINE: machineArn('csv-drop'),
  LOAD_REGION_MACHINE: machineArn('load-region'),
  LOAD_BACKLOG_MACHINE: machineArn('load-backlog'),
  QUOTA_SHARE: '${param:quotaShare}',
  BULK_THRESHOLD: '${param:bulkThreshold}',
  PLACE_HOURS: '${param:placeHours}',
  JOB_HOURS: '${param:jobHours}',
}

export function machineArn(name) {
  return {
    'Fn::Sub': `arn:\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}:stateMachine:\${param:prefix}-${name}`,
  }
}
