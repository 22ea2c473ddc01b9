/** Which names a piece of a template refers to. */
import { callIn, readGetAtt, readIf, readSub, substitute } from './intrinsic.ts'
import type { Call } from './intrinsic.ts'
import { inside } from './place.ts'
import type { Place } from './place.ts'
import { isObject, textAt } from './template.ts'

export interface Reference {
  readonly kind: 'Ref' | 'GetAtt' | 'Condition'
  readonly name: string
  readonly place: Place
}

/** Says whether a condition holds, so that only the branch taken is read; without it both are. */
export type Truth = (condition: string) => boolean

/** Every reference within `value`. Throws `StackError` for a function that is unknown or malformed. */
export const referencesIn = (value: unknown, place: Place, truth?: Truth): readonly Reference[] => {
  const call = callIn(value, place)
  if (call) return inCall(call, truth)
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => referencesIn(item, inside(place, index), truth))
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) => referencesIn(item, inside(place, key), truth))
}

const inCall = ({ name, argument, place }: Call, truth?: Truth): readonly Reference[] => {
  switch (name) {
    case 'Ref':
      return [{ kind: 'Ref', name: textAt(argument, place), place }]
    case 'Fn::GetAtt':
      return [{ kind: 'GetAtt', name: readGetAtt(argument, place).id, place }]
    case 'Fn::Sub':
      return inSub(argument, place, truth)
    case 'Fn::If':
      return inIf(argument, place, truth)
    case 'Fn::Join':
    case 'Fn::Select':
    case 'Fn::Split':
      return referencesIn(argument, place, truth)
  }
}

const inSub = (argument: unknown, place: Place, truth?: Truth): readonly Reference[] => {
  const { text, variables } = readSub(argument, place)
  const found: Reference[] = []
  substitute(text, (spelled) => {
    if (Object.hasOwn(variables, spelled)) return ''
    const [name = '', attribute] = spelled.split('.', 2)
    found.push({ kind: attribute === undefined ? 'Ref' : 'GetAtt', name, place })
    return ''
  })
  return [...found, ...referencesIn(variables, inside(place, 1), truth)]
}

const inIf = (argument: unknown, place: Place, truth?: Truth): readonly Reference[] => {
  const { name, branches } = readIf(argument, place)
  if (truth) return referencesIn(branches[`${truth(name)}`], place, truth)
  return [
    { kind: 'Condition', name, place },
    ...referencesIn(branches.true, place),
    ...referencesIn(branches.false, place),
  ]
}
