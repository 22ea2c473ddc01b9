/** What is wrong with an endpoint as it comes in, told without the value. */
import type { Endpoint } from './endpoint.ts'

/** One broken rule: its code, the field it concerns and what was expected. Never the value. */
export interface Problem {
  readonly rule: string
  readonly field: string
  readonly expected: string
}

/** An endpoint as it comes in: any text where a Channel or an OptOut belongs. */
export type Candidate = Omit<Partial<Endpoint>, 'ChannelType' | 'OptOut'> & {
  readonly ChannelType?: string
  readonly OptOut?: string
}

/** Everything that is wrong with the candidate in one respect. */
export type Rule = (candidate: Candidate) => readonly Problem[]

export const problem = (rule: string, field: string, expected: string): Problem => ({ rule, field, expected })
