/** Plays on the virtual stage in a process of its own: several at once, and none sees what another leaves behind. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'

/** Room for the young: a stage in virtual time makes much that soon goes. */
const NODE_OPTIONS = ['--max-semi-space-size=64', '--max-old-space-size=8192']

/**
 * Runs `script` of this folder with `options` as JSON; resolves to what it prints in its last line, JSON too. Rejects with
 * what it said when it fails.
 */
export const inOwnProcess = <T>(script: string, options: object): Promise<T> =>
  new Promise((resolve, reject) => {
    const args = [...NODE_OPTIONS, join(import.meta.dirname, script), JSON.stringify(options)]
    // Metrics would be printed, some hundred thousand lines.
    const env = { ...process.env, POWERTOOLS_METRICS_DISABLED: 'true', NODE_OPTIONS: '' }
    execFile(process.execPath, args, { env, maxBuffer: 2 ** 26 }, (error, out, said) => {
      if (error) reject(new Error(`${script} failed: ${said || error.message}`))
      else resolve(JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as T)
    })
  })

/** For such a script: plays with the options it was given, and prints what comes of it. */
export const answer = async <Options, Figures>(
  play: (options: Options) => Promise<Figures>,
): Promise<void> => {
  const figures = await play(JSON.parse(process.argv[2] ?? '{}') as Options)
  console.log(JSON.stringify(figures))
}
