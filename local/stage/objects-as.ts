/** The objects a role of the templates lets Pinpoint reach, with the role's own permissions. */
import type { Iam } from '../iam/iam.ts'
import type { ObjectStore } from '../objects.ts'
import type { LocalS3 } from '../s3/s3.ts'
import { ACCOUNT_ID } from '../service.ts'

export interface Lender {
  readonly iam: Iam
  readonly s3: LocalS3
  /** The project of each Region: what Pinpoint names as `aws:SourceArn` when it assumes a role. */
  readonly applications: Readonly<Record<string, string>>
}

/** Throws `AccessDenied` unless Pinpoint, for the Region's project, may assume the role. */
export const objectsAs =
  ({ iam, s3, applications }: Lender) =>
  (roleArn: string, region: string): ObjectStore => {
    const project = applications[region] ?? 'unknown'
    iam.assume(roleArn, 'pinpoint.amazonaws.com', {
      'aws:SourceAccount': ACCOUNT_ID,
      'aws:SourceArn': `arn:aws:mobiletargeting:${region}:${ACCOUNT_ID}:apps/${project}`,
    })
    return s3.objectsAs((action, resource, context) => iam.authorizeRole(roleArn, action, resource, context))
  }
