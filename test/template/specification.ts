/** What AWS publishes about CloudFormation's resource types, as @aws-cdk/aws-service-spec holds it. */
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'

const database = loadAwsServiceSpecSync()

/** Undefined for a type that does not exist. */
export const specificationOf = (type: string) =>
  database.lookup('resource', 'cloudFormationType', 'equals', type)[0]

export type Specification = NonNullable<ReturnType<typeof specificationOf>>
export type Properties = Specification['properties']
export type PropertyType = Properties[string]['type']

export const propertiesOf = (type: Extract<PropertyType, { type: 'ref' }>): Properties =>
  database.get('typeDefinition', type.reference.$ref).properties
