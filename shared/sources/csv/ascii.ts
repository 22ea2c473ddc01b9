/** The bytes that CSV and JSON give a meaning to. */

export const NUL = 0x00
export const LF = 0x0a
export const CR = 0x0d
export const BLANK = 0x20
export const QUOTE = 0x22
export const COMMA = 0x2c
export const BACKSLASH = 0x5c
export const DELETE = 0x7f

/** The bytes of a text of ASCII. */
export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

/** A table by byte: 1 for each that is ASCII and matches. */
export const byteSet = (pattern: RegExp): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) =>
    byte < 0x80 && pattern.test(String.fromCharCode(byte)) ? 1 : 0,
  )
