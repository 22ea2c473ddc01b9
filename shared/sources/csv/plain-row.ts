/** A row that certainly keeps every rule, from bytes to bytes. Any doubt is a no: then the rules themselves have a look. */
import { LIMITS } from '../../endpoint/limits.ts'
import { ascii, BACKSLASH, QUOTE } from './ascii.ts'
import { STEP } from './column-plan.ts'
import type { ColumnPlan, Joint } from './column-plan.ts'
import { addressTestOf, hasHighControl, isCountry, isText, plainNumber } from './plain-cell.ts'
import { MARK } from './scan-record.ts'
import type { Scan } from './scan-record.ts'

/** Where lines of JSON go. */
export interface LineBuffer {
  readonly bytes: Buffer
  readonly view: DataView
  /** Behind the last line. */
  end: number
}

/** A buffer for lines. */
export const openLines = (size: number): LineBuffer => {
  const memory = new ArrayBuffer(size)
  return { bytes: Buffer.from(memory), view: new DataView(memory), end: 0 }
}

const ALL = ascii('ALL')
const NONE = ascii('NONE')

/** What consent the row's OptOut says, where the row's identity is beyond doubt. */
export const CONSENT = { doubtful: -1, silent: 0, optOut: 1 } as const

/** Looks at Address, ChannelType and OptOut. */
export const plainConsent = (plan: ColumnPlan, scan: Scan): number => {
  const { bytes, starts, ends, marks } = scan
  const { address, channel, optOut } = plan
  const isAddress = addressTestOf(bytes, starts[channel] ?? 0, ends[channel] ?? 0)
  if (isAddress === undefined || marks[address] !== 0) return CONSENT.doubtful
  if (!isAddress(bytes, starts[address] ?? 0, ends[address] ?? 0)) return CONSENT.doubtful
  return optOut < 0 ? CONSENT.silent : consentIn(scan, optOut)
}

const consentIn = ({ bytes, starts, ends }: Scan, optOut: number): number => {
  const from = starts[optOut] ?? 0
  const size = (ends[optOut] ?? 0) - from
  if (size === 0) return CONSENT.silent
  if (size === 3 && isText(bytes, from, ALL)) return CONSENT.optOut
  return size === 4 && isText(bytes, from, NONE) ? CONSENT.silent : CONSENT.doubtful
}

/** Is every cell beyond doubt, but for the row's identity? */
export const isPlainRow = (plan: ColumnPlan, scan: Scan, from: number): boolean => {
  const { steps, checked } = plan
  if (isLong(plan, scan.to - from) || isOdd(scan)) return false
  for (let at = 0; at < checked.length; at += 1) {
    const column = checked[at] ?? 0
    const size = (scan.ends[column] ?? 0) - (scan.starts[column] ?? 0)
    if (size === 0) continue
    const step = steps[column] ?? 0
    // Characters are never more than bytes.
    if (step === STEP.list ? size > LIMITS.attributeValue : !isPlainValue(step, scan, column)) return false
  }
  return true
}

// No cell of a shorter record can be too long. The rest of 32 is for an OptOut that is counted, and then left out.
const isLong = ({ framing }: ColumnPlan, bytes: number): boolean =>
  bytes > LIMITS.textBytes || bytes + framing + 32 > LIMITS.endpointBytes

/** Is there a backslash or a control character of any kind? */
const isOdd = ({ bytes, starts, ends, marks, marked, count }: Scan): boolean => {
  if ((marked & (MARK.odd | MARK.high)) === 0) return false
  if ((marked & MARK.odd) !== 0) return true
  for (let cell = 0; cell < count; cell += 1) {
    if (((marks[cell] ?? 0) & MARK.high) === 0) continue
    if (hasHighControl(bytes, starts[cell] ?? 0, ends[cell] ?? 0)) return true
  }
  return false
}

const isPlainValue = (step: number, { bytes, starts, ends }: Scan, column: number): boolean => {
  const from = starts[column] ?? 0
  const to = ends[column] ?? 0
  if (step === STEP.country) return isCountry(bytes, from, to)
  if (step === STEP.doubtful) return false
  const size = plainNumber(bytes, from, to)
  if (size < 0) return false
  if (step === STEP.latitude) return size <= 90
  return step !== STEP.longitude || size <= 180
}

/** Writes the line of a row that is beyond doubt. Where `isOptOut` is false, OptOut is left out, whatever it says. */
export const writePlainRow = (plan: ColumnPlan, scan: Scan, lines: LineBuffer, isOptOut: boolean): void => {
  const { starts, ends } = scan
  const order = plan.orderOf ? plan.orderOf((column) => starts[column] === ends[column]) : plan.order
  let before = plan.columns.length
  let end = lines.end
  for (let at = 0; at < order.length; at += 1) {
    const column = order[at] ?? 0
    if (starts[column] === ends[column] || (column === plan.optOut && !isOptOut)) continue
    end = writeJoint(lines.view, end, plan.joint(before, column))
    end = writeCell(lines, end, scan, column)
    before = column
  }
  lines.end = writeJoint(lines.view, end, plan.joint(before, plan.columns.length))
}

// Four words at a time, not bytes: few cells and joints are longer, and a loop whose end cannot be foreseen costs most. The last
// words may write past the end, which the next value or line then overwrites.
const writeCell = (into: LineBuffer, end: number, scan: Scan, column: number): number => {
  const from = scan.starts[column] ?? 0
  const size = (scan.ends[column] ?? 0) - from
  copyWords(scan.view, from, into.view, { at: end, size })
  if (((scan.marks[column] ?? 0) & MARK.doubled) !== 0) escapeQuotes(into.bytes, end, end + size)
  return end + size
}

const copyWords = (
  source: DataView,
  from: number,
  into: DataView,
  { at, size }: { at: number; size: number },
): void => {
  for (let done = 0; done < size; done += 4)
    into.setInt32(at + done, source.getInt32(from + done, true), true)
}

const writeJoint = (view: DataView, end: number, { words, length }: Joint): number => {
  for (let at = 0; at * 4 < length; at += 1) view.setInt32(end + at * 4, words[at] ?? 0, true)
  return end + length
}

/** A quote takes two bytes in CSV and in JSON: `""` becomes `\"`. */
const escapeQuotes = (bytes: Uint8Array, from: number, to: number): void => {
  for (let at = from; at < to; at += 1) {
    if (bytes[at] !== QUOTE) continue
    bytes[at] = BACKSLASH
    at += 1
  }
}
