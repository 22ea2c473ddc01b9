/** The directory below which the local Regions keep everything: theirs alone, and empty at each start. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A directory that carries this file belongs to the local Regions. */
const MARKER = '.local-regions'

/** The directory is somebody else's, or none; nothing in it was touched. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError'
}

/** Rejects with a {@link DataDirectoryError} where `directory` holds files and no marker, or cannot be a directory. */
export const checkDataDirectory = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new DataDirectoryError(`${directory} cannot be used as data directory: ${error.message}`)
  })
  if (names.length === 0 || names.includes(MARKER)) return names
  throw new DataDirectoryError(
    `${directory} is not empty and was not made by the local Regions (it has no ${MARKER}): ` +
      `name another data directory or remove it yourself`,
  )
}

/** Makes `directory`, or empties the one a former start left. Rejects as {@link checkDataDirectory}. */
export const openDataDirectory = async (directory: string): Promise<void> => {
  const names = await checkDataDirectory(directory)
  await mkdir(directory, { recursive: true })
  for (const name of names.filter((each) => each !== MARKER)) {
    await rm(join(directory, name), { recursive: true, force: true })
  }
  await writeFile(join(directory, MARKER), 'The local Regions empty this directory at each start.\n')
}
