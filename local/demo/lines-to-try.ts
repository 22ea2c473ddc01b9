/** What to do next, to be copied into another terminal. */
import type { Regions } from '../../deploy/regions-file.ts'
import type { Stage } from '../stage.ts'
import { personAt } from './person.ts'

export const linesToTry = (stage: Stage, regions: Regions): string => {
  const { names } = personAt(stage, regions)
  const { standby, applications } = regions
  const item = JSON.stringify({
    Id: { S: 'you-1' },
    Address: { S: 'you@example.com' },
    ChannelType: { S: 'EMAIL' },
  })
  const get = `npm run aws -- pinpoint get-endpoint --application-id ${applications[standby]} --endpoint-id you-1 --region ${standby}`
  return `
The Regions stay up until Ctrl-C. In another terminal:

  put a file             npm run aws -- s3 cp FILE.csv s3://${names.dropBucket}/drops/
  only see what it does  npm run aws -- s3 cp FILE.csv s3://${names.dropBucket}/dry-run/
  write a customer       npm run aws -- dynamodb put-item --table-name ${names.customerTable} --item '${item}'
  ask a Region           ${get}
  take a Region down     curl -X POST ${stage.url}/_stage/regions/${standby}/down
  bring it back          curl -X POST ${stage.url}/_stage/regions/${standby}/up

A Region that is back gets what it is owed within seconds to five minutes: watch this terminal.
`
}
