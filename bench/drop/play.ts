/** `node play.ts MEGABYTES`: drops such a file on local Regions in this process, waits for its report, compares the Regions. Prints figures as JSON. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { PACKAGES, packageAll } from '../../deploy/package.ts'
import { readRegions } from '../../deploy/regions-file.ts'
import { personAt } from '../../local/demo/person.ts'
import { progressLine } from '../../local/demo/progress.ts'
import { readReports } from '../../local/demo/reports.ts'
import { countRegions } from '../../local/demo/summary.ts'
import { startStage } from '../../local/stage.ts'
import { longRows } from './long-rows.ts'

export interface DropFigures {
  readonly megabytes: number
  readonly rows: number
  readonly accepted: number
  readonly rejected: number
  readonly superseded: number
  readonly verdict: string
  readonly minutes: number
  /** MB of the process: before the drop, and at most until the report. */
  readonly rssBefore: number
  readonly rssMost: number
  readonly drift: number
  /** Rows = accepted + rejected + superseded, and each Region has the accepted ones. */
  readonly isAccountedFor: boolean
}

const EVERY = 1_000
const inMb = (bytes: number) => Math.round(bytes / 1e6)

const play = async (megabytes: number): Promise<DropFigures> => {
  const folder = await mkdtemp(join(tmpdir(), 'samepoint-drop-'))
  const file = join(folder, 'people.csv')
  await pipeline(Readable.from(longRows(megabytes * 1e6)), createWriteStream(file))
  await packageAll()
  const regions = await readRegions()
  const stage = await startStage({
    ...{ packages: PACKAGES, data: join(folder, 'stage'), port: 0, applications: regions.applications },
    // How fast a Region's job is nobody knows: it is not what is measured.
    pinpoint: { import: { rowsPerSecond: 20_000 } },
  })
  try {
    const person = personAt(stage, regions)
    const startedAt = performance.now()
    const rssBefore = process.memoryUsage.rss()
    let rssMost = rssBefore
    const { size } = await stat(file)
    await person.s3.send(
      new PutObjectCommand({
        ...{ Bucket: person.names.dropBucket, Key: 'drops/people.csv' },
        ...{ Body: createReadStream(file), ContentLength: size },
      }),
    )
    let found = await readReports(person)
    for (let second = 0; found.length === 0; second += 1) {
      await setTimeout(EVERY)
      rssMost = Math.max(rssMost, process.memoryUsage.rss())
      if (second % 30 === 0)
        console.error(`   ${inMb(process.memoryUsage.rss())} MB · ${progressLine(stage, regions)}`)
      found = await readReports(person)
    }
    const minutes = Math.round((performance.now() - startedAt) / 600) / 100
    const { verdict, file: counts } = found[0]?.report ?? {}
    if (!verdict || !counts || !('accepted' in counts)) throw new Error('the file was not taken')
    const { rows, accepted, rejected, superseded } = counts
    const counted = countRegions(stage, regions)
    return {
      ...{ megabytes: inMb(size), rows, accepted, rejected, superseded, verdict, minutes },
      ...{ rssBefore: inMb(rssBefore), rssMost: inMb(rssMost) },
      drift: counted.reduce((sum, { drift }) => sum + drift, 0),
      isAccountedFor:
        rows === accepted + rejected + superseded && counted.every(({ endpoints }) => endpoints === accepted),
    }
  } finally {
    await stage.close()
    await rm(folder, { recursive: true, force: true })
  }
}

console.log(JSON.stringify(await play(Number(process.argv[2]))))
