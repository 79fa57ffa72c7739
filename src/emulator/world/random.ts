import { createHash } from 'node:crypto'

/** A small seeded generator (mulberry32): 0 ≤ x < 1. Its whole memory is one number, so that it can be saved. */
export interface Random {
  next(): number
  state(): number
}

/** The same seed gives the same numbers, 0 ≤ x < 1. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
    },
    state: () => state,
  }
}

/** Four numbers, 0 ≤ x < 1, that depend on nothing but the words. */
export function draws(...words: (string | number)[]): [number, number, number, number] {
  const digest = createHash('sha256').update(words.join('\n')).digest()
  const at = (index: number) => digest.readUInt32BE(index * 4) / 4_294_967_296
  return [at(0), at(1), at(2), at(3)]
}
