/** The delimiter that somebody names beside a file of CSV. */
import type { Refusal } from '../csv-header.ts'

const WORDS: Readonly<Record<string, string>> = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' }

/** Printable ASCII, without the quote and what the names of a header are made of. */
const CAN_DELIMIT = /^[\t!#-\-/:-@[-^`{-~]$/

/**
 * The byte that `name` means: one of our words, in capitals or not, or the character itself. The reason why not, where CSV
 * cannot have it.
 */
export const delimiterOf = (name: string): number | Refusal => {
  const word = name.toLowerCase()
  const character = Object.hasOwn(WORDS, word) ? (WORDS[word] ?? '') : name
  return CAN_DELIMIT.test(character) ? character.charCodeAt(0) : REFUSED
}

const REFUSED: Refusal = {
  code: 'DELIMITER',
  message:
    'what the upload names in x-amz-meta-delimiter cannot separate cells; name comma, semicolon, tab or pipe, or one sign such as ;',
}
