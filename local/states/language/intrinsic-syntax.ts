/** Reads intrinsic functions such as `States.Format('{} of {}', $.part, States.ArrayLength($.all))`. */
import type { Json } from './json.ts'
import { parsePath } from './json-path.ts'
import type { Path } from './json-path.ts'

export interface Call {
  readonly name: string
  readonly args: readonly Argument[]
}

export type Argument =
  | { readonly kind: 'path'; readonly path: Path }
  /** A text in quotes, its backslashes still in it. */
  | { readonly kind: 'text'; readonly raw: string }
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'call'; readonly call: Call }

const TOKEN =
  /\s*(?:(?<call>States\.\w+)\s*\(|(?<path>\$(?:[^\s,()[\]]|\[[^\]]*\])*)|'(?<text>(?:\\.|[^'\\])*)'|(?<value>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|(?<mark>[,)]))\s*/sy

type Groups = Readonly<Record<string, string | undefined>>

/** Throws an Error that quotes the text where it is no intrinsic function. */
export const parseCall = (text: string): Call => {
  let at = 0
  const malformed = () => new Error(`"${text}" is not an intrinsic function: see "${text.slice(at)}"`)
  const next = (): Groups => {
    TOKEN.lastIndex = at
    const groups = TOKEN.exec(text)?.groups
    if (!groups) throw malformed()
    at = TOKEN.lastIndex
    return groups
  }
  const argumentOf = (groups: Groups): Argument => {
    if (groups['call'] !== undefined) return { kind: 'call', call: { name: groups['call'], args: args() } }
    if (groups['path'] !== undefined) return { kind: 'path', path: parsePath(groups['path']) }
    if (groups['text'] !== undefined) return { kind: 'text', raw: groups['text'] }
    if (groups['value'] !== undefined) return { kind: 'value', value: JSON.parse(groups['value']) as Json }
    throw malformed()
  }
  const args = (): readonly Argument[] => {
    const found: Argument[] = []
    let groups = next()
    if (groups['mark'] === ')') return found
    for (;;) {
      found.push(argumentOf(groups))
      const mark = next()['mark']
      if (mark === ')') return found
      if (mark !== ',') throw malformed()
      groups = next()
    }
  }
  const whole = argumentOf(next())
  if (whole.kind !== 'call' || at !== text.length) throw malformed()
  return whole.call
}
