import { describe, expect, it } from 'vitest'
import { readConfig } from '../../shared/runtime/config.ts'

const entry = (region: string) => ({ region, applicationId: 'a'.repeat(32) })
const good = {
  AWS_REGION: 'us-east-1',
  PREFIX: 'samepoint',
  PARTITION: 'aws',
  ACCOUNT_ID: '123456789012',
  REGIONS: JSON.stringify([entry('us-east-1'), entry('eu-west-1')]),
  DROPS_QUEUE: 'https://sqs.example.com/123456789012/samepoint-drops',
  PRIMARY_REGION: 'us-east-1',
  STANDBY_REGION: 'eu-west-1',
  CUSTOMER_TABLE: 'customers',
  LEDGER_TABLE: 'ledger',
  WORK_BUCKET: 'work',
  CSV_DROP_MACHINE: 'arn:aws:states:us-east-1:123456789012:stateMachine:csv-drop',
  LOAD_REGION_MACHINE: 'arn:aws:states:us-east-1:123456789012:stateMachine:load-region',
  LOAD_BACKLOG_MACHINE: 'arn:aws:states:us-east-1:123456789012:stateMachine:load-backlog',
  QUOTA_SHARE: '0.7',
  BULK_THRESHOLD: '50000',
  PLACE_HOURS: '6',
  JOB_HOURS: '6',
}

describe('the configuration', () => {
  it('names what the stacks have named', () => {
    const queue = (name: string) => `https://sqs.example.com/123456789012/samepoint-${name}`
    expect(readConfig(good).regions[1]).toEqual({
      ...entry('eu-west-1'),
      urgent: queue('urgent-eu-west-1'),
      bulk: queue('bulk-eu-west-1'),
      urgentDead: queue('urgent-eu-west-1-dead'),
      bulkDead: queue('bulk-eu-west-1-dead'),
      bucket: 'samepoint-123456789012-eu-west-1',
      importRole: 'arn:aws:iam::123456789012:role/samepoint-import-eu-west-1',
      exportRole: 'arn:aws:iam::123456789012:role/samepoint-export-eu-west-1',
    })
  })

  it('says all that is missing or wrong at once', () => {
    expect(() => readConfig({ ...good, LEDGER_TABLE: undefined, QUOTA_SHARE: '7', REGIONS: '[' })).toThrow(
      /LEDGER_TABLE.*QUOTA_SHARE|QUOTA_SHARE.*LEDGER_TABLE/,
    )
  })

  it.each([
    ['one Region', { REGIONS: JSON.stringify([entry('us-east-1')]) }, 'two or more'],
    ['a Region twice', { REGIONS: JSON.stringify([entry('us-east-1'), entry('us-east-1')]) }, 'twice'],
    [
      'a project id that is none',
      { REGIONS: JSON.stringify([entry('us-east-1'), { ...entry('eu-west-1'), applicationId: 'x' }]) },
      '32 hex',
    ],
    ['what is no URL of a queue', { DROPS_QUEUE: 'samepoint-drops' }, 'DROPS_QUEUE'],
    [
      'a queue of its own for a Region',
      { REGIONS: JSON.stringify([{ ...entry('us-east-1'), lane: 'x' }, entry('eu-west-1')]) },
      'lane',
    ],
    ['more hours than a machine has', { JOB_HOURS: '11' }, 'JOB_HOURS'],
    ['a part of an hour', { PLACE_HOURS: '0.5' }, 'PLACE_HOURS (a whole number of hours'],
    ['one Region for both', { STANDBY_REGION: 'us-east-1' }, 'both us-east-1'],
    ['a Region that is not listed', { LANE_REGION: 'us-west-2' }, 'us-west-2 is not one of'],
  ])('refuses %s', (_what, change, says) => {
    expect(() => readConfig({ ...good, ...change })).toThrow(says)
  })
})
