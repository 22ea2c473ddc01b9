/** A state machine of ours for the local Step Functions: its doors are functions of their own names. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { functionArn } from '../contract/open-states.ts'

/** `loadRegion`: the ARN of the machine that it runs for a Region, where it does. */
export const definitionOf = async (machine: string, loadRegion = ''): Promise<unknown> => {
  const text = await readFile(join(import.meta.dirname, `../../statemachines/${machine}.asl.json`), 'utf8')
  return JSON.parse(
    text
      .replace('${LoadRegionMachine}', loadRegion)
      .replaceAll(/\$\{(\w+)\}/g, (_, name: string) => functionArn(kebab(name))),
  ) as unknown
}

const kebab = (name: string): string => name.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase()
