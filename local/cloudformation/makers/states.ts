/** State machines, their roles checked as Step Functions checks them when a machine is created. */
import { ACCOUNT_ID } from '../../service.ts'
import type { Iam } from '../../iam/iam.ts'
import type { States } from '../../states/states.ts'
import { stateMachineArn } from '../../states/arns.ts'
import { shortPhysicalName } from '../physical-name.ts'
import { StackError } from '../place.ts'
import type { Makers, Resource } from '../provision.ts'
import { definitionOf } from './definition.ts'
import { at, object, optionalText, text } from './properties.ts'

export interface MachineAccount {
  readonly iam: Iam
  readonly states: States
}

export const statesMakers = ({ iam, states }: MachineAccount): Makers => ({
  'AWS::StepFunctions::StateMachine': {
    acts: [
      ...['Definition', 'DefinitionString', 'DefinitionSubstitutions', 'LoggingConfiguration', 'RoleArn'],
      ...['StateMachineName', 'StateMachineType', 'TracingConfiguration'],
    ],
    kept: ['EncryptionConfiguration', 'Tags'],
    make(resource) {
      const { region } = resource
      const type = optionalText(resource, 'StateMachineType') ?? 'STANDARD'
      if (type !== 'STANDARD')
        throw new StackError(at(resource, 'StateMachineType'), `${type} is not emulated`)
      const name = optionalText(resource, 'StateMachineName') ?? shortPhysicalName(resource, 80)
      const roleArn = text(resource, 'RoleArn')
      iam.assume(roleArn, 'states.amazonaws.com', {
        'aws:SourceAccount': ACCOUNT_ID,
        'aws:SourceArn': stateMachineArn(region, name),
      })
      checkTelemetry(resource, iam, roleArn)
      const definition = definitionOf(resource)
      const loggingConfiguration = resource.properties['LoggingConfiguration']
      const arn = states.createStateMachine({
        region,
        name,
        definition,
        type,
        roleArn,
        ...(loggingConfiguration !== undefined && { loggingConfiguration }),
      })
      return { ref: arn, attributes: { Arn: arn, Name: name, StateMachineRevisionId: 'INITIAL' } }
    },
  },
})

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy */
const LOG_DELIVERY = [
  ...['CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery', 'ListLogDeliveries'],
  ...['PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups'],
]
/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html */
const TRACING = ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets']

const checkTelemetry = (resource: Resource, iam: Iam, roleArn: string): void => {
  const level = object(resource, 'LoggingConfiguration')['Level'] ?? 'OFF'
  if (level !== 'OFF') for (const action of LOG_DELIVERY) iam.authorizeRole(roleArn, `logs:${action}`, '*')
  const isTraced = String(object(resource, 'TracingConfiguration')['Enabled']) === 'true'
  if (isTraced) for (const action of TRACING) iam.authorizeRole(roleArn, `xray:${action}`, '*')
}
