/** Runs of one design each, in processes of their own, on one core where the machine lets us say which. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import type { BuildOptions } from 'esbuild'

export interface Run {
  readonly ms: number
  /** Of the core: what others do on the machine is not in it. Like `ms` without the start of the process. */
  readonly cpuMs: number
  readonly accepted: number
  readonly rejected: number
  readonly peakMb?: number
}

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0

/** What goes before a command to keep it on one core. */
const PINNED = works('taskset', '-c', '0', 'true') ? ['taskset', '-c', '0'] : []

export const isPinned = PINNED.length > 0
export const hasPython = works('python3', '--version')

/** The figures that the command prints. */
const figuresOf = (command: readonly string[]): Run => {
  const [file = '', ...args] = [...PINNED, ...command]
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as Run
}

const ONE_RUN = join(import.meta.dirname, 'one-run.ts')

/** One run of `design`, with its arguments. */
export const runOf = (design: string, args: readonly string[]): Run =>
  design === 'python'
    ? figuresOf(['python3', join(import.meta.dirname, 'plain.py'), ...args])
    : figuresOf([process.execPath, ONE_RUN, design, ...args])

/** The transform alone, and all that prepare-file does. */
export type Work = 'memory' | 'prepare'

/**
 * The work on a file of so many bytes, which a process of its own makes meanwhile and nobody keeps. Bundled, as it would be
 * deployed: what takes the types off takes 20 MB for it. `folder`: for the bundle.
 */
export const memoryRun = (work: Work, bytes: number, folder: string): Run => {
  const outfile = join(folder, 'one-run.mjs')
  // What a piece of work does not need is not in its bundle: its text alone is memory.
  const external = ['./idiomatic.ts', ...(work === 'memory' ? ['./prepare.ts'] : [])]
  const bundle: BuildOptions = { bundle: true, platform: 'node', format: 'esm', external }
  buildSync({ entryPoints: [ONE_RUN], outfile, ...bundle })
  const pipes = { memory: '"$0" "$1" people "$2" | "$0" "$1" memory', prepare: '"$0" "$1" prepare "$2"' }
  const { stdout } = spawnSync('sh', ['-c', pipes[work], process.execPath, outfile, String(bytes)], {
    encoding: 'utf8',
  })
  return JSON.parse(stdout) as Run
}
