/** How fast jobs run and how many at once: options, their defaults and their check. */

export interface ImportSettings {
  /** Jobs that have not ended, per Region. The documents say 10 and 2; the smaller is the default. */
  readonly maxConcurrent: number
  readonly rowsPerSecond: number
  /** A piece is about this many bytes of one object. */
  readonly pieceBytes: number
  readonly maxFiles: number
  readonly maxBytes: number
  /** Time in each state other than PROCESSING, in milliseconds. */
  readonly stateMs: number
}

export interface ExportSettings {
  readonly maxConcurrent: number
  readonly linesPerSecond: number
  /** An object is written per this many lines. */
  readonly linesPerPart: number
  readonly stateMs: number
}

export const defaultImport: ImportSettings = {
  maxConcurrent: 2,
  rowsPerSecond: 5000,
  pieceBytes: 1024 * 1024,
  maxFiles: 10_000,
  maxBytes: 1024 ** 3,
  stateMs: 200,
}

export const defaultExport: ExportSettings = {
  maxConcurrent: 2,
  linesPerSecond: 20_000,
  linesPerPart: 10_000,
  stateMs: 200,
}

/** `given` over `defaults`. Throws an Error for a negative or missing number, and for 0 except in `stateMs`. */
export function withDefaults<Settings extends object>(
  name: string,
  defaults: Settings,
  given: Partial<Settings> | undefined,
): Settings {
  const settings = { ...defaults, ...given }
  for (const [key, value] of Object.entries(settings) as [string, unknown][]) {
    const isFine = typeof value === 'number' && (value > 0 || (value === 0 && key === 'stateMs'))
    if (!isFine) throw new Error(`Option ${name}.${key}: expected a number above 0, got ${String(value)}`)
  }
  return settings
}
