/** What becomes of a dropped file's rows: import files of bounded size, the rows set aside, and those superseded. */
import type { Files } from '../files.ts'
import {
  importPrefix,
  partName,
  rejectsKey,
  rejectsPrefix,
  supersededKey,
  supersededPrefix,
} from '../places.ts'
import { openObject } from './object-writer.ts'
import type { Checkpoint } from './prepared.ts'
import type { ObjectWriter } from './object-writer.ts'

export interface Outputs {
  /** Lines for Pinpoint's import. */
  line(bytes: Uint8Array): Promise<void>
  reject(text: string): Promise<void>
  supersede(text: string): Promise<void>
  /** Import files, the open one too. */
  readonly parts: number
  close(): Promise<void>
  /** Takes back what is open. */
  discard(): Promise<void>
}

export interface OutputsTask {
  readonly run: string
  readonly bucket: string
  readonly files: Files
  readonly partBytes?: number
  /** Where the file is held: there are no import files. */
  readonly held?: object | undefined
}

/** A job's file may have 1 GB (user guide, "Importing segments"); staged, a line may get the 15 bytes of an opt-out more. */
const PART_BYTES = 800 * 1024 * 1024

/** Goes on `from` where the call before has left off. */
export const openOutputs = (task: OutputsTask, from?: Pick<Checkpoint, 'line' | 'parts'>): Outputs => {
  const { run, bucket, files, held, partBytes = PART_BYTES } = task
  let parts = from?.parts ?? 0
  // A call may write no import file at all.
  const call = String(from?.line ?? 0).padStart(15, '0')
  const open = new Map<string, ObjectWriter>()
  const writer = (key: string): ObjectWriter => {
    const found = open.get(key) ?? openObject(files, { bucket, key })
    open.set(key, found)
    return found
  }
  const closeOne = async (key: string) => {
    await open.get(key)?.close()
    open.delete(key)
  }
  const partKey = () => importPrefix(run) + partName(parts)
  return {
    get parts() {
      return parts
    },
    async line(bytes) {
      if (held) return
      const size = open.get(partKey())?.size
      if (size === undefined || size + bytes.length > partBytes) {
        await closeOne(partKey())
        parts += 1
      }
      await writer(partKey()).write(bytes)
    },
    reject: (text) => writer(rejectsPrefix(run) + call).write(text),
    supersede: (text) => writer(supersededPrefix(run) + call).write(text),
    close: async () => void (await Promise.all([...open.keys()].map(closeOne))),
    discard: async () => void (await Promise.all([...open.values()].map((one) => one.discard()))),
  }
}

/** The calls' rejects as one file for people each. */
export const joinRejects = async ({ files, bucket, run }: OutputsTask): Promise<void> => {
  const all = async function* (prefix: string) {
    for (const key of await files.list(bucket, prefix)) yield* (await files.read({ bucket, key })) ?? []
  }
  await files.write({ bucket, key: rejectsKey(run) }, all(rejectsPrefix(run)))
  await files.write({ bucket, key: supersededKey(run) }, all(supersededPrefix(run)))
}
