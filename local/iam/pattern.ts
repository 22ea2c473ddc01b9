/** The wildcards of IAM: `*` stands for any run of characters, `?` for exactly one. */

const compiled = new Map<string, RegExp>()

/** True where `value` fits `pattern`, letter case included. */
export const fits = (pattern: string, value: string): boolean => {
  const known = compiled.get(pattern)
  if (known) return known.test(value)
  const expression = new RegExp(`^${[...pattern].map(piece).join('')}$`, 'su')
  compiled.set(pattern, expression)
  return expression.test(value)
}

/**
 * True where `arn` fits `pattern` as `ArnLike` and `ArnEquals` compare: each of the six parts by itself, so that
 * a `*` reaches over a colon only in the last one.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const fitsArn = (pattern: string, arn: string): boolean => {
  const wanted = parts(pattern)
  const given = parts(arn)
  return wanted.length === given.length && wanted.every((part, index) => fits(part, given[index] ?? ''))
}

const piece = (character: string): string => {
  if (character === '*') return '.*'
  if (character === '?') return '.'
  return character.replace(/[\\^$.|+()[\]{}/]/u, '\\$&')
}

const parts = (arn: string): readonly string[] => {
  const pieces = arn.split(':')
  return [...pieces.slice(0, 5), ...(pieces.length > 5 ? [pieces.slice(5).join(':')] : [])]
}
