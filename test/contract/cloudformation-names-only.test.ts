import { describe, expect, it } from 'vitest'
import { provision } from '../../local/cloudformation/provision.ts'
import { namesOnlyTypes, notEmulatedMakers } from '../../local/cloudformation/makers/not-emulated.ts'

const ACCOUNT = '000000000000'
const stack = (Resources: object) =>
  provision({ Resources }, { name: 'hub', region: 'eu-west-1' }, notEmulatedMakers())

describe('what exists by name only', () => {
  it('can be referred to as on AWS', async () => {
    const { resources } = await stack({
      Key: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true } },
      Topic: {
        Type: 'AWS::SNS::Topic',
        Properties: { TopicName: 'alarms', KmsMasterKeyId: { Ref: 'Key' } },
      },
      Policy: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: { Topics: [{ Ref: 'Topic' }], PolicyDocument: {} },
      },
      Alarm: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: 'old',
          AlarmActions: [{ 'Fn::GetAtt': ['Topic', 'TopicArn'] }],
          Dimensions: [{ Name: 'QueueName', Value: 'q' }],
          TreatMissingData: 'ignore',
        },
      },
    })
    expect(resources.get('Topic')?.ref).toBe(`arn:aws:sns:eu-west-1:${ACCOUNT}:alarms`)
    expect(resources.get('Alarm')).toMatchObject({
      ref: 'old',
      attributes: { Arn: `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:old` },
    })
  })

  it('refuses a property that its type does not have', async () => {
    const Properties = { AlarmName: 'old', Subject: 'x' }
    await expect(stack({ Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties } })).rejects.toThrow(
      'Alarm.Properties.Subject: is not emulated',
    )
  })

  it('is listed', () => {
    expect(namesOnlyTypes()).toEqual(
      expect.arrayContaining(['AWS::CloudWatch::Alarm', 'AWS::SNS::Topic', 'AWS::SNS::TopicPolicy']),
    )
  })
})
