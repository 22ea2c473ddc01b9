/** Roles and the policies put on them. */
import { PolicyError } from '../../iam/policy-error.ts'
import type { Iam } from '../../iam/iam.ts'
import { inside } from '../place.ts'
import type { Makers } from '../provision.ts'
import { objectAt, textAt } from '../template.ts'
import { at, list, nameOf, optionalText, text, texts } from './properties.ts'

export const iamMakers = (iam: Iam): Makers => ({
  'AWS::IAM::Role': {
    acts: ['RoleName', 'Path', 'AssumeRolePolicyDocument', 'Policies', 'ManagedPolicyArns'],
    kept: ['Description', 'MaxSessionDuration', 'Tags'],
    make(resource) {
      const [managed] = texts(resource, 'ManagedPolicyArns')
      if (managed !== undefined)
        throw new PolicyError(`managed policy ${managed} is not emulated: write it inline`)
      const path = optionalText(resource, 'Path')
      const policies = list(resource, 'Policies').map((item, index) => {
        const place = inside(at(resource, 'Policies'), index)
        const { PolicyName: name, PolicyDocument: document } = objectAt(item, place)
        return [textAt(name, inside(place, 'PolicyName')), document] as const
      })
      const role = iam.addRole({
        name: nameOf(resource, 'RoleName', 64),
        ...(path !== undefined && { path }),
        trust: resource.properties['AssumeRolePolicyDocument'],
        policies: Object.fromEntries(policies),
      })
      return { ref: role.name, attributes: { Arn: role.arn, RoleId: role.accessKeyId } }
    },
  },

  'AWS::IAM::Policy': {
    acts: ['PolicyName', 'PolicyDocument', 'Roles'],
    make(resource) {
      const name = text(resource, 'PolicyName')
      for (const role of texts(resource, 'Roles')) {
        iam.addPolicy(role, name, resource.properties['PolicyDocument'])
      }
      return { ref: `${resource.stack}-${name}` }
    },
  },
})
