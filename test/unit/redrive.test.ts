import { describe, expect, it } from 'vitest'
import type { Marker } from '../../shared/sync/lane/marker.ts'
import { redrive } from '../../shared/sync/operators/redrive.ts'
import type { DeadLetter } from '../../shared/sync/operators/redrive.ts'
import { timeFor } from './marked.ts'

const marker = (key: string): Marker => ({ v: 2, keys: [key], at: 5, force: true })

/** What is received is not seen again, until `back` of it is. */
const openDead = (bodies: readonly string[], size = 2) => {
  const there = new Map(
    bodies.map((body, at): [string, DeadLetter] => [`m${at}`, { id: `m${at}`, handle: '', body }]),
  )
  let visible = [...there.values()]
  let receipts = 0
  const sent: Marker[] = []
  return {
    there,
    sent,
    back: () => {
      visible = [...there.values()]
    },
    send: (markers: readonly Marker[]) => {
      sent.push(...markers)
      return Promise.resolve()
    },
    dead: {
      receive: () =>
        Promise.resolve(visible.splice(0, size).map((each) => ({ ...each, handle: `h${(receipts += 1)}` }))),
      delete: (letters: readonly DeadLetter[]) => {
        for (const { id } of letters) there.delete(id)
        return Promise.resolve()
      },
    },
  }
}

const ODD = ['{"v":1,"ids":["a"]}', 'not JSON', '{"v":2,"keys":[""],"at":1}']

describe('a redrive', () => {
  it('moves markers as they are, and leaves what it does not know', async () => {
    const bodies = [JSON.stringify(marker('a')), ...ODD, JSON.stringify(marker('b'))]
    const { dead, send, sent, there } = openDead(bodies)
    expect(await redrive(dead, send, () => true)).toEqual({ moved: 2, left: 3, isThrough: true })
    expect(sent).toEqual([marker('a'), marker('b')])
    expect([...there.values()].map(({ body }) => body)).toEqual(ODD)
  })

  it('counts once what comes round again', async () => {
    const { dead, send, back } = openDead(ODD)
    let rounds = 0
    const receive = async () => {
      const letters = await dead.receive()
      if (letters.length === 0 && (rounds += 1) === 1) back()
      return letters.length === 0 && rounds === 1 ? dead.receive() : letters
    }
    expect(await redrive({ ...dead, receive }, send, () => true)).toMatchObject({ moved: 0, left: 3 })
  })

  it('stops when time is short, and says so', async () => {
    const { dead, send, there } = openDead(
      ['a', 'b', 'c', 'd', 'e'].map((key) => JSON.stringify(marker(key))),
    )
    expect(await redrive(dead, send, timeFor(2))).toEqual({ moved: 4, left: 0, isThrough: false })
    expect(there.size).toBe(1)
  })

  it('deletes nothing that the lane has not taken', async () => {
    const { dead, there } = openDead([JSON.stringify(marker('a'))])
    await expect(
      redrive(
        dead,
        () => Promise.reject(new Error('full')),
        () => true,
      ),
    ).rejects.toThrow('full')
    expect(there.size).toBe(1)
  })

  it('makes duplicates and loses nothing when it dies between taking and deleting', async () => {
    const { dead, send, sent, there, back } = openDead([JSON.stringify(marker('a'))])
    const dying = { ...dead, delete: () => Promise.reject(new Error('cut off')) }
    await expect(redrive(dying, send, () => true)).rejects.toThrow('cut off')
    expect(there.size).toBe(1)
    back()
    expect(await redrive(dead, send, () => true)).toMatchObject({ moved: 1 })
    expect(sent).toEqual([marker('a'), marker('a')])
    expect(there.size).toBe(0)
  })
})
