import { eventSourceProblems } from './event-sources.ts'
import { tell } from './told.ts'

const stream = 'MarkDashdirtyEventSourceMappingDynamodbCustomerTable'
const queue = 'ReceiveDashdropEventSourceMappingSQSDrops'

tell(eventSourceProblems, 'every event comes to its function, or is given up aloud', [
  [`${stream}.Properties.StartingPosition`, 'LATEST', `${stream}: does not begin at the oldest record`],
  [`${stream}.Properties.BisectBatchOnFunctionError`, false, `${stream}: lets one record hold up its batch`],
  [`${stream}.Properties.MaximumRetryAttempts`, -1, `${stream}: tries for ever`],
  [`${stream}.Properties.MaximumRetryAttempts`, undefined, `${stream}: tries for ever`],
  [`${stream}.Properties.MaximumRecordAgeInSeconds`, 86_400, `${stream}: waits until the stream forgets`],
  [`${stream}.Properties.MaximumRecordAgeInSeconds`, -1, `${stream}: waits until the stream forgets`],
  [`${stream}.Properties.DestinationConfig`, undefined, `${stream}: loses what it gives up`],
  [stream, undefined, 'CustomerTable: its stream is read by 0 mappings'],
  [
    `${queue}.Properties.EventSourceArn`,
    { 'Fn::GetAtt': ['CustomerTable', 'StreamArn'] },
    'CustomerTable: its stream is read by 2 mappings',
  ],
  [
    `${queue}.Properties.EventSourceArn`,
    'arn:elsewhere',
    `${queue}: reads what is no queue or stream of the template`,
  ],
  [`${queue}.Properties.FunctionResponseTypes`, undefined, `${queue}: takes a batch back whole`],
  [`${queue}.Properties.ScalingConfig`, undefined, `${queue}: has no MaximumConcurrency`],
  [
    'ReceiveDashdropLambdaFunction.Properties.ReservedConcurrentExecutions',
    2,
    `${queue}: feeds a function with reserved concurrency`,
  ],
  [
    'Drops.Properties.VisibilityTimeout',
    359,
    `${queue}: shows a message again within six time-outs of its function`,
  ],
])
