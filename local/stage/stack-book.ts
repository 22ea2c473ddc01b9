/** The provisioned stacks, found by name. */
import type { Stack, StackResource } from '../cloudformation/provision.ts'

export interface StackBook {
  readonly stacks: readonly Stack[]
  /** Throws where there is no such stack, or one in several Regions and `region` does not say which. */
  stack(name: string, region?: string): Stack
  /** Throws where the stack has no such resource. */
  resource(stack: string, logicalId: string, region?: string): StackResource
}

export const createStackBook = (stacks: readonly Stack[]): StackBook => {
  const stackNamed = (name: string, region?: string): Stack => {
    const [found, ...more] = stacks.filter(
      (each) => each.name === name && (region === undefined || each.region === region),
    )
    if (!found) {
      const known = stacks.map((each) => `${each.name} (${each.region})`).join(', ')
      throw new Error(
        `There is no stack ${name}${region === undefined ? '' : ` in ${region}`}; there are ${known}`,
      )
    }
    if (more.length > 0) throw new Error(`Stack ${name} is in several Regions: say which`)
    return found
  }
  return {
    stacks,
    stack: stackNamed,
    resource(stack, logicalId, region) {
      const found = stackNamed(stack, region).resources.get(logicalId)
      if (!found) throw new Error(`Stack ${stack} has no resource ${logicalId}`)
      return found
    },
  }
}
