/** What a Task's `Resource` can be here: a Lambda function, `lambda:invoke`, or another state machine. */

export type Resource =
  | { readonly kind: 'function'; readonly functionArn: string; readonly region: string }
  | { readonly kind: 'lambda:invoke' }
  | { readonly kind: 'startExecution'; readonly sync: boolean }

const FUNCTION_ARN = /^arn:aws:lambda:(?<region>[a-z0-9-]+):\d{12}:function:[\w-]{1,64}(?::[\w$-]+)?$/

const OPTIMISED: Readonly<Record<string, Resource>> = {
  'arn:aws:states:::lambda:invoke': { kind: 'lambda:invoke' },
  'arn:aws:states:::states:startExecution': { kind: 'startExecution', sync: false },
  'arn:aws:states:::states:startExecution.sync:2': { kind: 'startExecution', sync: true },
}

/** Undefined for a resource that is not emulated. */
export const resourceOf = (arn: string): Resource | undefined => {
  const region = FUNCTION_ARN.exec(arn)?.groups?.['region']
  return region === undefined ? OPTIMISED[arn] : { kind: 'function', functionArn: arn, region }
}

/** Parameters by resource: those it needs, and those it takes besides. */
export const PARAMETERS = {
  'lambda:invoke': { needs: ['FunctionName'], takes: ['Payload', 'InvocationType'] },
  startExecution: { needs: ['StateMachineArn'], takes: ['Input', 'Name'] },
} as const
