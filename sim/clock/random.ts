/** Chance from a seed: the same seed and name give the same draws for ever, whatever other names draw. */

export interface Random {
  /** 0 to 1, without 1. */
  next(): number
  chance(probability: number): boolean
  between(low: number, high: number): number
  /** A whole number, both ends included. */
  int(low: number, high: number): number
  pick<T>(list: readonly T[]): T
}

export const randomOf = (seed: number, name: string): Random => {
  const next = sfc32(seedsOf(`${seed}/${name}`))
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    chance: (probability) => probability > 0 && next() < probability,
    between: (low, high) => low + next() * (high - low),
    int,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error('nothing to pick from')
      return list[int(0, list.length - 1)] as T
    },
  }
}

/** Four 32-bit words from a text (MurmurHash3's mixing). */
const seedsOf = (text: string): readonly [number, number, number, number] => {
  let h = 1779033703 ^ text.length
  for (let at = 0; at < text.length; at += 1) {
    h = Math.imul(h ^ text.charCodeAt(at), 3432918353)
    h = (h << 13) | (h >>> 19)
  }
  const word = () => {
    h = Math.imul(h ^ (h >>> 16), 2246822507)
    h = Math.imul(h ^ (h >>> 13), 3266489909)
    h ^= h >>> 16
    return h >>> 0
  }
  return [word(), word(), word(), word()]
}

/** "Small fast counter", 128 bits of state: passes PractRand, and takes no time. */
const sfc32 = ([one, two, three, four]: readonly [number, number, number, number]): (() => number) => {
  let [a, b, c, d] = [one | 0, two | 0, three | 0, four | 0]
  const next = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4294967296
  }
  for (let warm = 0; warm < 12; warm += 1) next()
  return next
}
