/** Unpacks the zip of a function into the data directory, once per zip. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, normalize, sep } from 'node:path'
import { unzipSync } from 'fflate'

export interface FunctionCode {
  /**
   * The directory that holds the unpacked zip of `s3Key`, whose base name is a file beside the stack's template.
   * Rejects for a zip that is missing, broken, or reaches out of its directory.
   */
  unpack(packageDirectory: string, s3Key: string): Promise<string>
}

/** `directory` gets one folder per package and zip. */
export const createFunctionCode = (directory: string): FunctionCode => {
  const unpacked = new Map<string, Promise<string>>()
  return {
    unpack(packageDirectory, s3Key) {
      const zip = join(packageDirectory, basename(s3Key))
      const known = unpacked.get(zip)
      if (known) return known
      const target = join(directory, basename(packageDirectory), basename(zip, '.zip'))
      const work = stopLookingUp(directory).then(() => unzip(zip, target))
      unpacked.set(zip, work)
      return work
    },
  }
}

/** Without it, a `.js` file would be read as the `package.json` around the data directory says; in Lambda there is none. */
const stopLookingUp = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'package.json'), '{}\n')
}

const unzip = async (zip: string, target: string): Promise<string> => {
  if (!existsSync(zip)) throw new Error(`there is no ${zip}`)
  for (const [name, content] of Object.entries(entriesOf(zip, await readFile(zip)))) {
    if (name.endsWith('/')) continue
    const path = join(target, name)
    if (!path.startsWith(normalize(target + sep)))
      throw new Error(`${zip} reaches out of its directory: ${name}`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
  return target
}

const entriesOf = (zip: string, content: Uint8Array): Readonly<Record<string, Uint8Array>> => {
  try {
    return unzipSync(content)
  } catch (cause) {
    throw new Error(`${zip} is not a zip file`, { cause })
  }
}
