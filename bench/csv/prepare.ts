/** All that prepare-file does with a file of so many bytes, which nobody keeps: other processes make it, once for each reading. */
import { spawn } from 'node:child_process'
import type { FileCounts } from '../../shared/ledger/runs.ts'
import { prepareFile } from '../../shared/sync/drop/prepare-file.ts'
import type { Files } from '../../shared/sync/files.ts'
import type { Counts } from './designs.ts'

/** `maker`: the command that writes the file to its standard output. */
export const preparedWhole = async ([command = '', ...args]: readonly string[]): Promise<Counts> => {
  const source = { bucket: 'drops', key: 'people.csv', version: 'one' }
  const files: Files = {
    read: ({ bucket }) => Promise.resolve(bucket === source.bucket ? spawn(command, args).stdout : undefined),
    metadata: () => Promise.resolve({}),
    currentVersion: () => Promise.resolve(source.version),
    async write(_object, lines) {
      const pieces = lines[Symbol.asyncIterator]()
      while ((await pieces.next()).done !== true);
    },
    list: () => Promise.resolve([]),
    copy: () => Promise.reject(new Error('nothing is copied')),
  }
  const prepared = await prepareFile({
    ...{ run: 'bench', source, droppedAt: new Date().toISOString(), bucket: 'work', files },
    // Whoever has opted out is known already.
    consents: { of: () => Promise.resolve(new Map()), note: () => Promise.resolve(true) },
  })
  if (prepared.state !== 'done') throw new Error(`the file is ${prepared.state}`)
  const { accepted, rejected }: FileCounts = prepared.file
  return { accepted, rejected }
}
