/** Invented customers with much to say: CSV rows of about 2 KB, one in 1,000 unfit, and one in 1,000 written once more later. */

/** Attributes, each with a text of so many letters. */
const ATTRIBUTES = 20
const LETTERS = 90
const EVERY = 1_000
/** Rows a piece. */
const PIECE = 100

const NAMES = Array.from({ length: ATTRIBUTES }, (_, at) => `Attributes.Note${at}`)
const TEXT = 'the quick brown fox jumps over the lazy dog and '.repeat(3)

/** The file in pieces, until it has at least `bytes`. */
export function* longRows(bytes: number): Generator<string> {
  let text = `Id,ChannelType,Address,OptOut,${NAMES.join(',')}\n`
  let given = 0
  for (let row = 0; given < bytes; row += 1) {
    text += rowOf(row % EVERY === EVERY - 1 ? row - 500 : row, row % EVERY === 7)
    if (row % PIECE !== PIECE - 1) continue
    given += text.length
    yield text
    text = ''
  }
}

const rowOf = (person: number, isUnfit: boolean): string => {
  const address = `person.${person}${isUnfit ? '(at)' : '@'}example.com`
  const notes = NAMES.map((_, at) => TEXT.slice((person + at) % 40, ((person + at) % 40) + LETTERS))
  return `person-${person},EMAIL,${address},${person % 25 === 0 ? 'ALL' : ''},${notes.join(',')}\n`
}
