/** A number in a cell. */

/** `Number` would read '0x10' and ' 7 ' too; what is no decimal is NaN, which the rules then refuse by its field. */
export const decimal = (text: string): number =>
  /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : NaN
