/** JSON of ours, read back: damaged, it is named by its place and never quoted, as JSON.parse would. */
import { ValueFreeError } from '../endpoint/value-free-error.ts'

/** The object or list in `text`. `place`: file and line, as far as they are known, without a customer's value. */
export const parsed = <T extends object>(text: string, place: string): T => {
  const value = valueOf(text)
  if (typeof value === 'object' && value !== null) return value as T
  throw new ValueFreeError(`${place} is damaged: there is no JSON of ours in it`)
}

const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The row in each line of `file`, in order. */
export async function* parsedLines<T extends object>(
  lines: AsyncIterable<string>,
  file: string,
): AsyncGenerator<T> {
  let line = 0
  for await (const text of lines) yield parsed<T>(text, `line ${(line += 1)} of ${file}`)
}
