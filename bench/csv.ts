/** `npm run bench:csv`: the CSV transform beside the libraries' way, Python's, and the bare bytes. `--mb N`, `--memory`. */
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inColumns } from '../local/demo/columns.ts'
import { HEADER, peopleCsv } from './csv/people.ts'
import { hasPython, isPinned, memoryRun, runOf } from './csv/processes.ts'
import type { Run, Work } from './csv/processes.ts'

const { values } = parseArgs({
  options: { mb: { type: 'string', default: '300' }, memory: { type: 'boolean', default: false } },
})
const MB = Number(values.mb)
if (!(MB > 0)) throw new Error(`expected --mb to be a number of megabytes, got ${values.mb}`)
const SLICE = Math.min(MB, 60) * 1e6
const ROUNDS = 3
/** A file system in memory (Linux, shm_overview(7)). */
const SHARED_MEMORY = '/dev/shm'

interface Goal {
  readonly what: string
  readonly goal: string
  readonly seen: number
  readonly isMet: boolean
}

const round = (figure: number) => Math.round(figure * 100) / 100
const median = (figures: readonly number[]) =>
  [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN
const machine = { node: process.version, cores: availableParallelism(), load: loadavg(), isPinned }

const report = (goals: readonly Goal[], figures: object): void => {
  const isMet = goals.every((goal) => goal.isMet)
  const rows = goals.map(({ what, goal, seen, isMet: met }) => [
    what,
    goal,
    String(seen),
    met ? 'met' : 'MISSED',
  ])
  console.log(inColumns([['goal', '', 'seen', ''], ...rows]))
  console.log(JSON.stringify({ bench: 'csv', isMet, ...figures, goals, machine }))
  process.exitCode = isMet ? 0 : 1
}

/** Writes the file of `megabytes`; gives its size. */
const generate = (path: string, megabytes: number): number => {
  const file = openSync(path, 'w')
  let bytes = 0
  for (const piece of peopleCsv(megabytes * 1e6)) bytes += writeSync(file, piece)
  closeSync(file)
  return bytes
}

interface Measured {
  readonly design: string
  readonly bytes: number
  readonly runs: readonly Run[]
}

/** Every design once, then every design again: what disturbs the machine disturbs them all. */
const sideBySide = (folder: string, whole: number): Measured[] => {
  const sizes = { transform: whole, idiomatic: Math.min(SLICE, whole), copy: whole }
  const designs = Object.entries(hasPython ? { ...sizes, python: Math.min(SLICE, whole) } : sizes)
  const runs = designs.map(([design, bytes]) => ({ design, bytes, runs: [] as Run[] }))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { design, bytes, runs: seen } of runs) {
      seen.push(runOf(design, [join(folder, 'people.csv'), join(folder, 'out.json'), String(bytes)]))
    }
  }
  return runs
}

const WHAT: Readonly<Record<string, string>> = {
  transform: 'Samepoint: bytes to bytes',
  idiomatic: 'csv-parse objects, zod, JSON.stringify',
  python: 'Python csv, re, json',
  copy: 'the bytes read and written, no more',
}

const measureSpeed = (folder: string): void => {
  const whole = generate(join(folder, 'people.csv'), MB)
  // What comes out is written over it: pages that are new to a virtual machine cost as much again as the transform itself.
  generate(join(folder, 'out.json'), 1.5 * MB)
  console.log(
    `${round(whole / 1e6)} MB of CSV, ${HEADER.length} columns; one core${isPinned ? '' : ' (not pinned)'}`,
  )
  const measured = sideBySide(folder, whole)
  const speeds = new Map(
    measured.map(({ design, bytes, runs }) => [
      design,
      bytes / 1000 / median(runs.map(({ cpuMs }) => cpuMs)),
    ]),
  )
  const ours = speeds.get('transform') ?? NaN
  const rows = measured.map(({ design, bytes, runs }) => [
    ...[WHAT[design] ?? design, `${round(bytes / 1e6)} MB${bytes < whole ? ' (a slice)' : ''}`],
    ...[
      `${round(speeds.get(design) ?? NaN)} MB`,
      runs.map(({ ms, cpuMs }) => `${Math.round(cpuMs)}/${Math.round(ms)}`).join(' '),
    ],
    ...[
      String(runs[0]?.accepted),
      String(runs[0]?.rejected),
      `× ${round(ours / (speeds.get(design) ?? NaN))}`,
    ],
  ])
  console.log(
    inColumns([
      ['', 'read', 'a core’s second', 'ms of core/clock', 'accepted', 'rejected', 'we are'],
      ...rows,
    ]),
  )
  const times = (design: string) => round(ours / (speeds.get(design) ?? NaN))
  const goal = (design: string, least: number): Goal => ({
    ...{ what: `as fast as ${WHAT[design]}`, goal: `at least × ${least}` },
    ...{ seen: times(design), isMet: times(design) >= least },
  })
  const goals = [goal('idiomatic', 10), ...(hasPython ? [goal('python', 5)] : [])]
  const ratios = Object.fromEntries([...speeds.keys()].map((design) => [design, times(design)]))
  report(goals, { megabytes: round(whole / 1e6), megabytesPerSecond: round(ours), ratios })
}

/** Peaks with 0.3 GB and with 3 GB, MB. */
const peaksOf = (work: Work, folder: string): readonly [small: number, large: number] => {
  const [small = NaN, large = NaN] = [0.3e9, 3e9].map((bytes) => {
    const { peakMb = NaN, accepted, ms } = memoryRun(work, bytes, folder)
    console.log(
      `${WORK[work]}, ${bytes / 1e9} GB: peak RSS ${round(peakMb)} MB, ${accepted} rows in ${round(ms / 1000)} s`,
    )
    return round(peakMb)
  })
  return [small, large]
}

const WORK: Readonly<Record<Work, string>> = {
  memory: 'the transform',
  prepare: 'all of prepare-file, which remembers ids and users',
}

const measureMemory = (folder: string): void => {
  const [small, large] = peaksOf('memory', folder)
  const whole = peaksOf('prepare', folder)
  const growth = round(large - small)
  const growthOfAll = round(whole[1] - whole[0])
  report(
    [
      {
        what: 'peak RSS of the transform with 3 GB',
        goal: 'at most 100 MB',
        seen: large,
        isMet: large <= 100,
      },
      { what: 'growth from 0.3 GB to 3 GB', goal: 'at most 8 MB', seen: growth, isMet: growth <= 8 },
      {
        what: 'the same of all of prepare-file',
        goal: 'at most 8 MB',
        seen: growthOfAll,
        isMet: growthOfAll <= 8,
      },
    ],
    {
      peakMb: { transform: [small, large], prepare: whole },
      growthMb: { transform: growth, prepare: growthOfAll },
    },
  )
}

// In memory where there is such a folder: the disk is not what is measured, and each design has the same one.
const folder = mkdtempSync(join(existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir(), 'samepoint-csv-'))
try {
  if (values.memory) measureMemory(folder)
  else measureSpeed(folder)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
