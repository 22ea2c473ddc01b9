/** One log file per function: what its sandboxes print never reaches this process's own output. */
import { createWriteStream, mkdirSync } from 'node:fs'
import type { WriteStream } from 'node:fs'
import { join } from 'node:path'

export interface Logs {
  /** Appends to `DIRECTORY/REGION/NAME.log`. Does nothing once closed. */
  write(region: string, name: string, chunk: Uint8Array | string): void
  close(): Promise<void>
}

export const openLogs = (directory: string): Logs => {
  const files = new Map<string, WriteStream>()
  let isClosed = false

  const fileOf = (region: string, name: string): WriteStream => {
    const path = join(directory, region, `${name}.log`)
    const open = files.get(path)
    if (open) return open
    mkdirSync(join(directory, region), { recursive: true })
    const file = createWriteStream(path, { flags: 'a' })
    // A full disk costs log lines, not the Regions.
    file.on('error', () => files.delete(path))
    files.set(path, file)
    return file
  }

  return {
    write(region, name, chunk) {
      if (!isClosed) fileOf(region, name).write(chunk)
    },
    async close() {
      isClosed = true
      await Promise.all([...files.values()].map(ended))
    },
  }
}

const ended = (file: WriteStream): Promise<void> =>
  new Promise((resolve) => {
    file.once('error', () => resolve())
    file.end(() => resolve())
  })
