/** Does every event come to its function, as often as it takes and no longer, and leave a trace when it cannot? */
import { idOf, referencesIn } from './references.ts'
import { at, listOf, resourcesOf } from './templates.ts'
import type { Json, Template } from './templates.ts'

export const eventSourceProblems = (template: Template): string[] => {
  const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping')
  return [
    ...mappings.flatMap(({ id, properties }) => {
      const source = idOf(properties['EventSourceArn']) ?? ''
      const type = template.resources[source]?.Type
      if (type === 'AWS::DynamoDB::Table') return streamProblems(template, id, properties)
      if (type === 'AWS::SQS::Queue') return queueProblems(template, id, properties)
      return [`${id}: reads what is no queue or stream of the template`]
    }),
    ...resourcesOf(template, 'AWS::DynamoDB::Table')
      .filter(({ properties }) => properties['StreamSpecification'] !== undefined)
      .flatMap(({ id }) => {
        const readers = mappings.filter(({ properties }) => idOf(properties['EventSourceArn']) === id)
        return readers.length === 1 ? [] : [`${id}: its stream is read by ${readers.length} mappings`]
      }),
  ]
}

/** A stream forgets after a day: what is not done by then must have been given up aloud. */
const A_DAY = 86_400

const streamProblems = (template: Template, id: string, properties: Json): string[] => {
  const retries = properties['MaximumRetryAttempts']
  const age = properties['MaximumRecordAgeInSeconds']
  const destination = idOf(at(properties, 'DestinationConfig.OnFailure.Destination')) ?? ''
  const problems: [boolean, string][] = [
    [properties['StartingPosition'] === 'TRIM_HORIZON', 'does not begin at the oldest record'],
    [properties['BisectBatchOnFunctionError'] === true, 'lets one record hold up its batch'],
    [isNumber(retries, 0, 10_000), 'tries for ever'],
    [isNumber(age, 60, A_DAY - 1), 'waits until the stream forgets'],
    [template.resources[destination]?.Type === 'AWS::SQS::Queue', 'loses what it gives up'],
  ]
  return problems.filter(([holds]) => !holds).map(([, problem]) => `${id}: ${problem}`)
}

const queueProblems = (template: Template, id: string, properties: Json): string[] => {
  const queue = template.resources[idOf(properties['EventSourceArn']) ?? '']?.Properties
  const [reference] = referencesIn(properties['FunctionName'], id)
  const lambda = template.resources[reference?.id ?? '']?.Properties
  const patience = Number(queue?.['VisibilityTimeout'] ?? 30)
  const problems: [boolean, string][] = [
    [
      listOf(properties['FunctionResponseTypes']).includes('ReportBatchItemFailures'),
      'takes a batch back whole',
    ],
    [isNumber(at(properties, 'ScalingConfig.MaximumConcurrency'), 2, 1000), 'has no MaximumConcurrency'],
    // Pollers that meet a function's own limit use up the receives of messages nobody has seen.
    [lambda?.['ReservedConcurrentExecutions'] === undefined, 'feeds a function with reserved concurrency'],
    [
      patience >= 6 * Number(lambda?.['Timeout']),
      'shows a message again within six time-outs of its function',
    ],
  ]
  return problems.filter(([holds]) => !holds).map(([, problem]) => `${id}: ${problem}`)
}

const isNumber = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most
