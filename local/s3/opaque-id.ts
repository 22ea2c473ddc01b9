/** Ids that mean nothing: of versions, uploads and requests. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._'

/** `length` characters that need no encoding in a URL; `random` gives numbers in [0, 1). */
export const opaqueId = (random: () => number, length = 32): string =>
  Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('')
