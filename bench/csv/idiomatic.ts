/** The pipeline that the libraries' own pages show: csv-parse's objects, a zod schema, JSON.stringify, a stream to a file. */
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { parse } from 'csv-parse'
import { z } from 'zod'
import { CHANNEL_TYPES } from '../../shared/endpoint/endpoint.ts'
import type { Design } from './designs.ts'

const attribute = z.string().max(100)
const plain = z.string().regex(/^[^\u0000-\u001f\u007f]*$/)
const number = z.string().regex(/^([+-]?\d+(\.\d+)?([eE][+-]?\d+)?)?$/)
const within = (limit: number) => number.refine((text) => Math.abs(Number(text)) <= limit)

const ADDRESS: Partial<Record<string, RegExp>> = {
  EMAIL: /^[^\s@"(),:;<>[\]\\]{1,64}@(?:[^\s@.]{1,63}\.)+[^\s@.]{2,63}$/u,
  SMS: /^\+[1-9]\d{6,14}$/,
  VOICE: /^\+[1-9]\d{6,14}$/,
}

const Row = z
  .object({
    Id: plain.regex(/^[^${}]+$/),
    ChannelType: z.enum(CHANNEL_TYPES),
    Address: z.string().min(1),
    OptOut: z.enum(['', 'ALL', 'NONE']),
    'User.UserId': plain,
    'Location.City': plain,
    'Location.Country': z.string().regex(/^([A-Z]{2})?$/),
    'Location.PostalCode': plain,
    'Location.Latitude': within(90),
    'Location.Longitude': within(180),
    'Metrics.Orders': number,
    'Metrics.Spent': number,
    'Attributes.Interests': z.array(attribute),
  })
  .catchall(attribute)
  .refine(({ ChannelType, Address }) => (ADDRESS[ChannelType] ?? /^[\x21-\x7e]{1,4096}$/).test(Address))

interface Tree {
  [name: string]: Tree | string | number | readonly string[]
}

const nested = (row: z.infer<typeof Row>): Tree => {
  const root: Tree = {}
  for (const [name, value] of Object.entries(row)) {
    const values = (typeof value === 'string' ? [value] : value).filter((text) => text !== '')
    if (values.length === 0 || (name === 'OptOut' && value !== 'ALL')) continue
    const path = name.split('.')
    let node = root
    for (const step of path.slice(0, -1)) node = (node[step] ??= {}) as Tree
    node[path.at(-1) ?? ''] = valueOf(name, values)
  }
  return root
}

const valueOf = (name: string, values: readonly string[]) => {
  if (name.startsWith('Attributes.') || name.startsWith('User.UserAttributes.')) return values
  const isNumber = name.startsWith('Metrics.') || /L(at|ong)itude$/.test(name)
  return isNumber ? Number(values[0]) : (values[0] ?? '')
}

export const idiomatic: Design = async ({ from, to, bytes }) => {
  const counts = { accepted: 0, rejected: 0 }
  const out = createWriteStream(to, { flags: 'r+' })
  // The slice may cut the last record.
  const parser = parse({ columns: true, bom: true, group_columns_by_name: true, relax_column_count: true })
  const records = createReadStream(from, { end: bytes - 1 }).pipe(parser)
  for await (const record of records) {
    const checked = Row.safeParse(record)
    if (!checked.success) counts.rejected += 1
    else {
      counts.accepted += 1
      if (!out.write(`${JSON.stringify(nested(checked.data))}\n`)) await once(out, 'drain')
    }
  }
  out.end()
  await finished(out)
  return counts
}
