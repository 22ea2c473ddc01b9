/** The directory below which the local Regions keep everything: theirs alone, and empty at each start. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A directory that carries this file belongs to the local Regions. */
const MARKER = '.local-regions'

/**
 * Makes `directory`, or empties the one a former start left. Rejects where it holds files and no marker: it is
 * somebody else's, and nothing in it is touched.
 */
export const openDataDirectory = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true })
  const names = await readdir(directory)
  if (names.length > 0 && !names.includes(MARKER)) {
    throw new Error(
      `${directory} is not empty and was not made by the local Regions (it has no ${MARKER}): ` +
        `name another data directory or remove it yourself`,
    )
  }
  for (const name of names.filter((each) => each !== MARKER)) {
    await rm(join(directory, name), { recursive: true, force: true })
  }
  await writeFile(join(directory, MARKER), 'The local Regions empty this directory at each start.\n')
}
