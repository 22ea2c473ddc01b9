/** Log groups: names that functions and state machines write under. */
import { ACCOUNT_ID } from '../../service.ts'
import type { Makers } from '../provision.ts'
import { nameOf } from './properties.ts'

/** What functions print lies in the data directory; a log group itself holds nothing here. */
export const logsMakers = (): Makers => ({
  'AWS::Logs::LogGroup': {
    acts: ['LogGroupName'],
    kept: ['KmsKeyId', 'LogGroupClass', 'RetentionInDays', 'Tags'],
    make(resource) {
      const name = nameOf(resource, 'LogGroupName', 512)
      const arn = `arn:aws:logs:${resource.region}:${ACCOUNT_ID}:log-group:${name}:*`
      return { ref: name, attributes: { Arn: arn } }
    },
  },
})
