/** JSON as states hand it to one another. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `Array.isArray` that keeps the element type of read-only arrays. */
export const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

/** The property of that very object: nothing inherited, undefined where there is none. */
export const own = (value: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(value, key) ? value[key] : undefined

/** Bytes of the value as compact JSON in UTF-8, as the service's limits count them. */
export const byteLength = (value: Json): number => Buffer.byteLength(JSON.stringify(value))

/** True where both are the same JSON value; the order of keys does not matter. */
export const equal = (a: Json, b: Json): boolean => {
  if (isArray(a))
    return isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i] ?? null))
  if (!isObject(a)) return a === b
  if (!isObject(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key] ?? null, b[key] ?? null))
  )
}
