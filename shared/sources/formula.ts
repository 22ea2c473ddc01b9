/** Cells that a spreadsheet would run as a formula (OWASP, "CSV Injection"; CWE-1236). */

const TRIGGER = /^[=+\-@\t\r＝＋－＠]/u
const NEUTRALISED = /^'(?=[=+\-@\t\r＝＋－＠'])/u

/** The cell for people: an apostrophe in front of what would be a formula, or of what looks as if it had one already. */
export const neutral = (cell: string): string =>
  TRIGGER.test(cell) || NEUTRALISED.test(cell) ? `'${cell}` : cell

/** The cell as it was before {@link neutral}. */
export const original = (cell: string): string => (NEUTRALISED.test(cell) ? cell.slice(1) : cell)
