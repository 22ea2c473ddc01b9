/** A strict item has no fields but those that its mapping knows: a field with a slip in its name is not left out in silence. */
import type { Problem } from '../endpoint/rules.ts'
import { isMap, shown } from './mapping-path.ts'
import type { Path } from './mapping-path.ts'
import { unknownField } from './mapping-values.ts'

/** The known fields of a map by name; `whole` where a field is read with all that it holds. */
export type Known = ReadonlyMap<string, Known | 'whole'>

export const knownFrom = (paths: readonly Path[]): Known => branch(paths.map(({ names }) => names))

const branch = (paths: readonly (readonly string[])[]): Known =>
  new Map(
    paths.map(([first = '']) => {
      const below = paths.filter(([name]) => name === first).map(([, ...rest]) => rest)
      return [first, below.some((rest) => rest.length === 0) ? 'whole' : branch(below)]
    }),
  )

export const unknownFields = (value: unknown, known: Known, place = ''): Problem[] => {
  if (!isMap(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const below = known.get(name)
    if (below === 'whole') return []
    return below ? unknownFields(inner, below, `${place}${name}.`) : [unknownField(`${place}${shown(name)}`)]
  })
}
