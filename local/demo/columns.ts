/** Rows of text in columns, numbers to the right. */

/** `rows`, the first a header, each cell padded to its column; every line begins with two blanks. */
export const inColumns = (rows: readonly (readonly (string | number)[])[]): string => {
  const texts = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)),
  )
  const widths = (texts[0] ?? []).map((_, at) => Math.max(...texts.map((row) => (row[at] ?? '').length)))
  const isNumber = (rows[1] ?? []).map((cell) => typeof cell === 'number')
  const pad = (cell: string, at: number) =>
    isNumber[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)
  return texts.map((row) => `  ${row.map(pad).join('   ').trimEnd()}`).join('\n')
}
