/** Randomness as it comes into the library; seeded in tests, so that ids, nonces and SSRCs repeat. */
export interface Entropy {
  /** `count` random bytes in a fresh array. */
  bytes(count: number): Uint8Array
  /** A random unsigned 32-bit integer. */
  uint32(): number
}
