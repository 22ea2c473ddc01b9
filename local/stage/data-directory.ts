/** The directory below which the local Regions keep everything: theirs alone, and empty at each start. */
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A directory that carries this file belongs to the local Regions; it names the process that holds it. */
const MARKER = '.local-regions'

/** The directory is somebody else's, or none; nothing in it was touched. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError'
}

/**
 * Rejects with a {@link DataDirectoryError} where `directory` holds files and no marker, cannot be a directory, or is in use
 * by local Regions that are up.
 */
export const checkDataDirectory = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') throw new DataDirectoryError(`${directory} is a file, not a folder`)
    throw new DataDirectoryError(`${directory} cannot be used as data directory: ${error.message}`)
  })
  if (names.length === 0) return names
  if (!names.includes(MARKER)) {
    throw new DataDirectoryError(
      `${directory} is not empty and was not made by the local Regions (it has no ${MARKER}): ` +
        `name another data directory or remove it yourself`,
    )
  }
  const holder = await holderOf(directory)
  if (holder === undefined) return names
  throw new DataDirectoryError(
    `${directory} is in use by local Regions that are up (process ${holder}): name another`,
  )
}

/** The process whose Regions keep their data there; undefined where that has ended. */
const holderOf = async (directory: string): Promise<number | undefined> => {
  const pid = Number(await readFile(join(directory, MARKER), 'utf8').catch(() => ''))
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  try {
    process.kill(pid, 0)
    return pid
  } catch {
    return undefined
  }
}

/** Makes `directory`, or empties the one a former start left, and holds it. Rejects as {@link checkDataDirectory}. */
export const openDataDirectory = async (directory: string): Promise<{ release: () => Promise<void> }> => {
  const names = await checkDataDirectory(directory)
  await mkdir(directory, { recursive: true })
  for (const name of names.filter((each) => each !== MARKER)) {
    await rm(join(directory, name), { recursive: true, force: true })
  }
  await writeFile(join(directory, MARKER), String(process.pid))
  return { release: () => writeFile(join(directory, MARKER), '') }
}
