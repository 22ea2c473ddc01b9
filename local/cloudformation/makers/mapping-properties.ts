/** What the properties of an event source mapping say, in the words of `event-sources/`. */
import type { FilterCriteria } from '../../event-sources/filter-pattern.ts'
import type { FunctionResponseType } from '../../event-sources/mapping.ts'
import { inside, StackError } from '../place.ts'
import type { Resource } from '../provision.ts'
import { listAt, objectAt, textAt } from '../template.ts'
import { at, flag, object, optionalNumber, optionalText, texts } from './properties.ts'

/** What queues and streams have in common. */
export const mappingProperties = (resource: Resource) => {
  const filterCriteria = filterCriteriaOf(resource)
  return {
    ...numbers(resource, {
      batchSize: 'BatchSize',
      maximumBatchingWindowInSeconds: 'MaximumBatchingWindowInSeconds',
    }),
    functionResponseTypes: texts(resource, 'FunctionResponseTypes').map((type) =>
      responseType(resource, type),
    ),
    enabled: flag(resource, 'Enabled', true),
    ...(filterCriteria && { filterCriteria }),
  }
}

export const streamProperties = (resource: Resource) => ({
  ...numbers(resource, {
    parallelizationFactor: 'ParallelizationFactor',
    maximumRetryAttempts: 'MaximumRetryAttempts',
    maximumRecordAgeInSeconds: 'MaximumRecordAgeInSeconds',
  }),
  bisectBatchOnFunctionError: flag(resource, 'BisectBatchOnFunctionError', false),
})

export const startingPosition = (resource: Resource): 'TRIM_HORIZON' | 'LATEST' => {
  const position = optionalText(resource, 'StartingPosition')
  if (position === 'TRIM_HORIZON' || position === 'LATEST') return position
  throw new StackError(
    at(resource, 'StartingPosition'),
    `expected TRIM_HORIZON or LATEST, got ${String(position)}`,
  )
}

const numbers = <Name extends string>(
  resource: Resource,
  names: Readonly<Record<Name, string>>,
): Partial<Record<Name, number>> => {
  const found: Partial<Record<Name, number>> = {}
  for (const name of Object.keys(names) as Name[]) {
    const value = optionalNumber(resource, names[name])
    if (value !== undefined) found[name] = value
  }
  return found
}

const responseType = (resource: Resource, type: string): FunctionResponseType => {
  if (type === 'ReportBatchItemFailures') return type
  throw new StackError(at(resource, 'FunctionResponseTypes'), `${type} is not emulated`)
}

const filterCriteriaOf = (resource: Resource): FilterCriteria | undefined => {
  if (resource.properties['FilterCriteria'] === undefined) return undefined
  const place = at(resource, 'FilterCriteria', 'Filters')
  const filters = listAt(object(resource, 'FilterCriteria')['Filters'], place)
  return {
    filters: filters.map((filter, index) => {
      const where = inside(place, index)
      return { pattern: textAt(objectAt(filter, where)['Pattern'], where) }
    }),
  }
}
