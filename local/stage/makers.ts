/** The one list of resource types that exist here. */
import { dynamodbMakers } from '../cloudformation/makers/dynamodb.ts'
import { eventSourceMappingMakers } from '../cloudformation/makers/event-source-mapping.ts'
import { eventsMakers } from '../cloudformation/makers/events.ts'
import { iamMakers } from '../cloudformation/makers/iam.ts'
import { lambdaMakers } from '../cloudformation/makers/lambda.ts'
import { logsMakers } from '../cloudformation/makers/logs.ts'
import { notEmulatedMakers } from '../cloudformation/makers/not-emulated.ts'
import { s3Makers } from '../cloudformation/makers/s3.ts'
import { schedulerMakers } from '../cloudformation/makers/scheduler.ts'
import { sqsMakers } from '../cloudformation/makers/sqs.ts'
import { statesMakers } from '../cloudformation/makers/states.ts'
import type { FunctionCode } from '../cloudformation/function-code.ts'
import type { Makers } from '../cloudformation/provision.ts'
import type { Services } from './services.ts'

export const makersFor = (services: Services, code: FunctionCode, packageDirectory: string): Makers => ({
  ...dynamodbMakers(services.dynamodb),
  ...eventSourceMappingMakers(services),
  ...eventsMakers(services),
  ...iamMakers(services.iam),
  ...lambdaMakers({ ...services, code, packageDirectory }),
  ...logsMakers(),
  ...notEmulatedMakers(),
  ...s3Makers(services),
  ...schedulerMakers(services),
  ...sqsMakers(services),
  ...statesMakers(services),
})
