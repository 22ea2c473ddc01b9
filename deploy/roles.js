/** One role for each function, with the actions it uses on the resources it uses them on, and nothing else. */
import { kinds, laneOf, logical, primary, regions, standby } from './regions.js'

const sub = (text) => ({ 'Fn::Sub': text })
const arnOf = (id, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] })
const inBucket = (id, path) => sub(`\${${id}.Arn}/${path}`)
const named = (service, path) =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${path}`)
const applicationOf = (wanted) => regions.find(({ region }) => region === wanted).applicationId
const project = (region, path = '') =>
  sub(
    `arn:\${AWS::Partition}:mobiletargeting:${region}:\${AWS::AccountId}:apps/${applicationOf(region)}${path}`,
  )
const regionBucket = (region, path = '') =>
  sub(`arn:\${AWS::Partition}:s3:::\${param:prefix}-\${AWS::AccountId}-${region}${path}`)
const everywhere = (resource) => regions.map(({ region }) => resource(region))

const allow = (actions, resources, condition) => ({
  Effect: 'Allow',
  Action: [actions].flat(),
  Resource: [resources].flat(),
  ...(condition && { Condition: condition }),
})
const ledger = (...actions) =>
  allow(
    actions.map((action) => `dynamodb:${action}`),
    arnOf('LedgerTable'),
  )
const write = (resources) => allow(['s3:PutObject', 's3:AbortMultipartUpload'], resources)
const drops = ['drops/*', 'dry-run/*'].map((path) => inBucket('DropBucket', path))
const report = write(inBucket('WorkBucket', 'reports/*'))
const under = (...prefixes) => ({ StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}/*`) } })
const list = (bucket, prefix) => allow('s3:ListBucket', bucket, under(prefix))
const start = (machine) =>
  allow('states:StartExecution', named('states', `stateMachine:\${param:prefix}-${machine}`))
const executionsOf = (machine) => named('states', `execution:\${param:prefix}-${machine}:*`)
const poll = (...queues) =>
  allow(
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    queues.map((queue) => arnOf(queue)),
  )
const lanesIn = (region) => kinds.map((kind) => laneOf(region, kind))
const everyLane = regions.flatMap(({ region }) => lanesIn(region))
const send = (queues) =>
  allow(
    'sqs:SendMessage',
    queues.map((queue) => arnOf(queue)),
  )
const passRole = (kind, region) =>
  allow(
    'iam:PassRole',
    sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/\${param:prefix}-${kind}-${region}`),
    {
      StringEquals: { 'iam:PassedToService': 'pinpoint.amazonaws.com' },
    },
  )
const pinpoint = (actions, resources) =>
  allow(
    actions.map((action) => `mobiletargeting:${action}`),
    resources,
  )

const staged = everywhere((region) => regionBucket(region, '/staging/*'))
const readRuns = [list(arnOf('WorkBucket'), 'runs'), allow('s3:GetObject', inBucket('WorkBucket', 'runs/*'))]
const readStaged = [
  list(
    everywhere((region) => regionBucket(region)),
    'staging',
  ),
  allow('s3:GetObject', staged),
]

const sendChanges = (region) => [
  poll(...lanesIn(region)),
  allow(
    'sqs:ChangeMessageVisibility',
    lanesIn(region).map((lane) => arnOf(lane)),
  ),
  // Its own, to come back to a marker later; the urgent ones of all, for an opt-out that it has found.
  send([...new Set([...lanesIn(region), ...everywhere((each) => laneOf(each, 'urgent'))])]),
  allow('dynamodb:BatchGetItem', arnOf('CustomerTable')),
  ledger('BatchGetItem', 'BatchWriteItem', 'GetItem', 'PutItem', 'DeleteItem', 'Query'),
  pinpoint(['UpdateEndpointsBatch'], project(region)),
  pinpoint(['GetEndpoint', 'UpdateEndpoint', 'DeleteEndpoint'], project(region, '/endpoints/*')),
]

const grants = {
  'mark-dirty': [
    allow(
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      arnOf('CustomerTable', 'StreamArn'),
    ),
    send([...everyLane, 'StreamFailures']),
  ],
  ...Object.fromEntries(regions.map(({ region }) => [`send-changes-${region}`, sendChanges(region)])),
  replay: [ledger('GetItem', 'PutItem', 'Scan'), send(everyLane)],
  reconcile: [
    allow(['dynamodb:BatchGetItem', 'dynamodb:Scan'], arnOf('CustomerTable')),
    ledger('GetItem', 'PutItem', 'Scan'),
    send(everyLane),
  ],
  redrive: [
    allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
      everyLane.map((lane) => arnOf(`${lane}Dead`)),
    ),
    send(everyLane),
  ],
  'hold-lane': [ledger('GetItem', 'PutItem', 'Query')],
  'release-drop': [ledger('GetItem', 'PutItem', 'Query'), start('csv-drop'), report],
  receipts: [allow('dynamodb:BatchGetItem', arnOf('CustomerTable')), ledger('BatchGetItem', 'Query')],
  'open-backlog': [
    allow(
      'sqs:GetQueueAttributes',
      everywhere((region) => arnOf(laneOf(region, 'bulk'))),
    ),
    ledger('PutItem', 'Query'),
    start('load-backlog'),
    allow('states:DescribeExecution', executionsOf('load-backlog')),
  ],
  'stage-backlog': [
    allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
      everywhere((region) => arnOf(laneOf(region, 'bulk'))),
    ),
    send(everyLane),
    allow('dynamodb:BatchGetItem', arnOf('CustomerTable')),
    ledger('BatchGetItem', 'BatchWriteItem', 'GetItem', 'PutItem', 'DeleteItem', 'Query'),
    write(staged),
  ],
  'close-backlog': [
    pinpoint(
      ['GetImportJobs'],
      everywhere((region) => project(region)),
    ),
    ...readStaged,
    ledger('BatchGetItem', 'BatchWriteItem', 'GetItem', 'PutItem', 'DeleteItem', 'Query'),
    send(everywhere((region) => laneOf(region, 'bulk'))),
    report,
  ],
  'receive-drop': [poll('Drops'), ledger('GetItem', 'PutItem'), start('csv-drop')],
  'sweep-drops': [
    allow('s3:ListBucketVersions', arnOf('DropBucket'), under('drops', 'dry-run')),
    ledger('BatchGetItem', 'GetItem', 'PutItem'),
    start('csv-drop'),
  ],
  'prepare-file': [
    // And of the key, to see whether the version is still the current one.
    allow(['s3:GetObjectVersion', 's3:GetObject'], drops),
    // Without it S3 says "forbidden" of a file that is gone.
    allow('s3:ListBucket', arnOf('DropBucket')),
    write([inBucket('WorkBucket', 'runs/*'), inBucket('WorkBucket', 'reports/*')]),
    // What the calls before have set aside.
    ...readRuns,
    ledger('BatchGetItem', 'GetItem', 'PutItem'),
  ],
  'forecast-region': [
    // Without it S3 says "forbidden" of a file that is gone.
    ...readRuns,
    ledger('BatchGetItem', 'GetItem', 'PutItem'),
    ...everywhere((region) => pinpoint(['GetEndpoint'], project(region, '/endpoints/*'))),
  ],
  'stage-file': [
    // Without it S3 says "forbidden" of a file that is gone.
    ...readRuns,
    write(staged),
    ledger('GetItem', 'BatchGetItem', 'PutItem'),
    send(everywhere((region) => laneOf(region, 'urgent'))),
  ],
  'start-import': [
    pinpoint(
      ['CreateImportJob', 'GetImportJobs'],
      everywhere((region) => project(region)),
    ),
    ...everywhere((region) => passRole('import', region)),
    ledger('GetItem', 'PutItem', 'Query'),
  ],
  'check-import': [
    pinpoint(
      ['GetImportJob'],
      everywhere((region) => project(region, '/jobs/import/*')),
    ),
  ],
  'mend-part': [
    ...readStaged,
    ...everywhere((region) => pinpoint(['UpdateEndpointsBatch'], project(region))),
    pinpoint(
      ['UpdateEndpoint'],
      everywhere((region) => project(region, '/endpoints/*')),
    ),
    // What each call has named, and all of it for people.
    write([inBucket('WorkBucket', 'runs/*'), inBucket('WorkBucket', 'reports/*')]),
    ...readRuns,
    ledger('BatchGetItem', 'GetItem', 'PutItem', 'DeleteItem', 'Query'),
    send(everywhere((region) => laneOf(region, 'urgent'))),
  ],
  'mark-touched': [...readStaged, ledger('BatchGetItem'), send(everyLane)],
  'record-outcome': [ledger('GetItem', 'PutItem', 'DeleteItem', 'Query'), report],
  'close-run': [ledger('GetItem', 'PutItem', 'DeleteItem', 'Query'), report],
  'settle-owed': [
    ledger('GetItem', 'PutItem', 'DeleteItem', 'Query'),
    start('load-region'),
    allow('states:DescribeExecution', ['csv-drop', 'load-region', 'region-copy'].map(executionsOf)),
  ],
  'open-copy': [ledger('GetItem', 'PutItem')],
  'start-export': [
    // AWS's guide to Pinpoint says apps/ID/jobs/export, its Service Authorization Reference apps/ID.
    pinpoint(['CreateExportJob'], project(primary, '*')),
    passRole('export', primary),
  ],
  'check-export': [pinpoint(['GetExportJob'], project(primary, '/jobs/export/*'))],
  'rewrite-export': [
    list(regionBucket(standby), 'exports'),
    allow('s3:GetObject', regionBucket(standby, '/exports/*')),
    write(regionBucket(standby, '/staging/*')),
    ledger('BatchGetItem', 'GetItem', 'PutItem'),
    send(everywhere((region) => laneOf(region, 'urgent'))),
  ],
  'apply-inactive': [
    allow('s3:GetObject', regionBucket(standby, '/staging/*/inactive.json')),
    pinpoint(['UpdateEndpointsBatch'], project(standby)),
    pinpoint(['UpdateEndpoint'], project(standby, '/endpoints/*')),
    ledger('GetItem', 'PutItem', 'DeleteItem', 'Query'),
  ],
  'close-copy': [
    allow('s3:GetObject', regionBucket(standby, '/staging/*/behind.json')),
    ledger('BatchGetItem', 'GetItem', 'PutItem', 'DeleteItem', 'Query'),
    report,
  ],
}

const roleOf = (name, statements) => [
  `${logical(name)}Role`,
  {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: name,
          PolicyDocument: { Version: '2012-10-17', Statement: [logs(name), ...statements] },
        },
      ],
    },
  },
]

const logs = (name) =>
  allow(
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
    named('logs', `log-group:/aws/lambda/\${param:prefix}-${name}:*`),
  )

export const hub = {
  Resources: Object.fromEntries(Object.entries(grants).map(([name, statements]) => roleOf(name, statements))),
}

export const regional = {}

/** Of a Region's export role. */
export const exportStatements = [
  allow(['s3:PutObject', 's3:AbortMultipartUpload'], regionBucket(standby, '/exports/*')),
  list(regionBucket(standby), 'exports'),
  allow('s3:GetBucketLocation', regionBucket(standby)),
]
