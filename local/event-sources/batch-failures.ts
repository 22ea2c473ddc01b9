/**
 * Partial batch responses: which items of a batch a function hands back.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */

/**
 * The identifiers in `payload`'s `batchItemFailures`. No list, or an empty one, means that all went well; a malformed
 * response or an identifier that is not among `ids` means that the whole batch failed.
 */
export const failuresIn = (payload: unknown, ids: readonly string[]): ReadonlySet<string> | 'all' => {
  if (payload === null || payload === undefined) return NONE
  if (typeof payload !== 'object' || Array.isArray(payload)) return 'all'
  const failures = (payload as { batchItemFailures?: unknown }).batchItemFailures ?? []
  if (!Array.isArray(failures)) return 'all'
  const failed = failures.map(identifierOf)
  return failed.every((id) => id !== undefined && ids.includes(id)) ? new Set(failed as string[]) : 'all'
}

const NONE: ReadonlySet<string> = new Set()

const identifierOf = (failure: unknown): string | undefined => {
  const id = (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier
  return typeof id === 'string' ? id : undefined
}
