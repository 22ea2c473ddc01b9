/** What comes one by one, in groups for the ledger. */

/** As many keys as DynamoDB reads in a call. */
const SIZE = 100

/** The items in order, in groups of `size`; where none is given, of one that one read of the ledger takes. */
export async function* inGroups<T>(items: AsyncIterable<T>, size = SIZE): AsyncGenerator<T[]> {
  let group: T[] = []
  for await (const item of items) {
    group.push(item)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}
