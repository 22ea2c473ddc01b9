/** Buckets and whom they tell of their objects. */
import type { Notifications } from '../../notifications/notifications.ts'
import type { LocalS3 } from '../../s3/s3.ts'
import { physicalName } from '../physical-name.ts'
import { inside } from '../place.ts'
import type { Makers, Resource } from '../provision.ts'
import { at, object, optionalText } from './properties.ts'
import { readConfiguration } from './read-notifications.ts'

export interface BucketAccount {
  readonly s3: LocalS3
  readonly notifications: Notifications
}

export const s3Makers = ({ s3, notifications }: BucketAccount): Makers => ({
  'AWS::S3::Bucket': {
    acts: ['BucketName', 'NotificationConfiguration', 'VersioningConfiguration'],
    kept: [
      ...['BucketEncryption', 'LifecycleConfiguration', 'LoggingConfiguration', 'OwnershipControls'],
      ...['PublicAccessBlockConfiguration', 'Tags'],
    ],
    make(resource) {
      const name = optionalText(resource, 'BucketName') ?? physicalName(resource, 63).toLowerCase()
      const configuration = readConfiguration(
        resource.properties['NotificationConfiguration'],
        inside(at(resource), 'NotificationConfiguration'),
      )
      const versioning = object(resource, 'VersioningConfiguration')['Status'] === 'Enabled'
      s3.createBucket(name, { region: resource.region, versioning })
      notifications.configure(name, configuration)
      return { ref: name, attributes: attributesOf(name, resource) }
    },
  },
})

const attributesOf = (name: string, { region }: Resource) => ({
  Arn: `arn:aws:s3:::${name}`,
  DomainName: `${name}.s3.amazonaws.com`,
  DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
  RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
})
