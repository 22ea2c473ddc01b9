/** Could an ARN that a policy names be one of a kind that AWS documents? */

/** Names that may hold slashes. */
const WITH_SLASHES = ['ObjectName', 'LogGroupName']

type Token = string | { readonly slashes: boolean }

/** `granted` has `*` for anything; `documented` has `${Name}` for a name. True if some ARN is both. */
export const overlap = (granted: string, documented: string): boolean =>
  meet(
    [...granted].map((letter) => (letter === '*' ? { slashes: true } : letter)),
    documented.split(/(\$\{\w+\}|\*)/u).flatMap(tokensOf),
  )

const tokensOf = (part: string): readonly Token[] => {
  if (part === '*') return [{ slashes: true }]
  const [, name] = /^\$\{(\w+)\}$/u.exec(part) ?? []
  return name === undefined ? [...part] : [{ slashes: WITH_SLASHES.includes(name) }]
}

/** Two patterns meet if one can be eaten by the other, letter by letter. */
const meet = (a: readonly Token[], b: readonly Token[]): boolean => {
  const known = new Map<number, boolean>()
  const from = (i: number, j: number): boolean => {
    const key = i * (b.length + 1) + j
    const before = known.get(key)
    if (before !== undefined) return before
    const answer = step(i, j)
    known.set(key, answer)
    return answer
  }
  const step = (i: number, j: number): boolean => {
    const [left, right] = [a[i], b[j]]
    if (left === undefined && right === undefined) return true
    if (isWild(left) && (from(i + 1, j) || (right !== undefined && from(i, j + 1)))) return true
    if (isWild(right)) return from(i, j + 1) || (takes(right, left) && from(i + 1, j))
    return left !== undefined && left === right && from(i + 1, j + 1)
  }
  return from(0, 0)
}

const isWild = (token: Token | undefined): token is Exclude<Token, string> => typeof token === 'object'

const takes = (wild: Exclude<Token, string>, token: Token | undefined): boolean =>
  token !== undefined && (wild.slashes || token !== '/')
