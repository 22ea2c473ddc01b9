import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { functionArn, openStates } from '../contract/open-states.ts'

const HOUR = 3_600_000

/** Plays the machine with a function that answers `turns` one after the other; an error is thrown. */
const play = async (input: object, turns: readonly (object | Error)[]) => {
  const file = join(import.meta.dirname, '../../statemachines/reconcile.asl.json')
  const text = (await readFile(file, 'utf8')).replace('${Reconcile}', functionArn('reconcile'))
  const given: unknown[] = []
  const stage = await openStates({
    reconcile(payload) {
      const turn = turns[given.push(payload) - 1]
      if (turn instanceof Error) throw turn
      return turn
    },
  })
  const { status, output } = await stage.run(JSON.parse(text), input, HOUR)
  await stage.close()
  return { given, status, output }
}

it('reconcile goes on where it left off, with what it was asked, until there is no cursor', async () => {
  const input = { region: 'eu-west-1' }
  const turns = [
    { cursor: 3, marked: 1 },
    new Error('a table that does not answer'),
    { cursor: 7, marked: 2 },
  ]
  const { given, status } = await play(input, [...turns, { marked: 5 }])
  const again = { ...input, progress: turns[0] }
  expect(given).toEqual([input, again, again, { ...input, progress: turns[2] }])
  expect(status).toBe('SUCCEEDED')
})

it('a cursor that is nothing ends reconcile', async () => {
  const { given, status } = await play({}, [{ cursor: null }])
  expect(given).toEqual([{}])
  expect(status).toBe('SUCCEEDED')
})

it('reconcile fails when its function does not recover', async () => {
  const { given, status } = await play({}, Array<Error>(20).fill(new Error('no')))
  expect(given).toHaveLength(7)
  expect(status).toBe('FAILED')
})
