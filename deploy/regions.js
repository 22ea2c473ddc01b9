/** The Regions, from regions.json, as the templates need them. */
import { readFileSync } from 'node:fs'

const config = JSON.parse(readFileSync(new URL('../regions.json', import.meta.url), 'utf8'))

/** [{ region, applicationId }] */
export const regions = Object.entries(config.applications).map(([region, applicationId]) => ({
  region,
  applicationId,
}))

export const { hub, primary, standby } = config

/** us-east-1 → UsEast1, as logical ids have no hyphens. */
export const logical = (name) =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')

export const laneOf = (region) => `Lane${logical(region)}`

/** What every function is told; shared/runtime/config.ts reads it. */
export const environment = {
  PREFIX: '${param:prefix}',
  PARTITION: { Ref: 'AWS::Partition' },
  ACCOUNT_ID: { Ref: 'AWS::AccountId' },
  REGIONS: {
    'Fn::Sub': JSON.stringify(regions.map((each) => ({ ...each, lane: `\${${laneOf(each.region)}}` }))),
  },
  PRIMARY_REGION: primary,
  STANDBY_REGION: standby,
  CUSTOMER_TABLE: { Ref: 'CustomerTable' },
  LEDGER_TABLE: { Ref: 'LedgerTable' },
  WORK_BUCKET: { Ref: 'WorkBucket' },
  // By name: a Ref would make a function depend on the machine that depends on it.
  CSV_DROP_MACHINE: machineArn('csv-drop'),
  LOAD_REGION_MACHINE: machineArn('load-region'),
  QUOTA_SHARE: '0.7',
}

export function machineArn(name) {
  return {
    'Fn::Sub': `arn:\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}:stateMachine:\${param:prefix}-${name}`,
  }
}
