import { createCipheriv, type Cipher } from 'node:crypto'
import { maxProtectedBytes, scratch } from './packet-scratch.ts'

/**
 * AES in counter mode (RFC 3711 section 4.1.1). `aes-128-ctr` would need a new cipher object for each packet, because
 * its counter cannot be set again, and making one costs more than all the rest of a packet. So the counter blocks are
 * written here and one lasting cipher turns them into keystream, many at a time; xor is done in words. Together with
 * the hash in one shot (`hmac-sha1.ts`) that doubles the packets per second.
 */

const blockBytes = 16
const wordsPerBlock = 4
/** The block counter has 16 bits; the largest packet needs far less. */
const maxBlocks = Math.ceil(maxProtectedBytes / blockBytes)

/** Keystreams of one key and salt. */
export class Keystream {
  readonly #cipher: Cipher
  /** The salt with two zero bytes behind it, where the block counter goes. */
  readonly #salt = new Uint8Array(blockBytes)

  /** `key` has 16 bytes, `salt` 14; both are copied. */
  constructor(key: Uint8Array, salt: Uint8Array) {
    this.#cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
    this.#salt.set(salt)
  }

  /**
   * Encrypts or decrypts, which is the same, `byteCount` bytes of the scratch from word `firstWord` on. The bytes
   * behind them up to the next word are spoilt. The 48-bit packet index is given in two parts: `rollover` is its upper
   * 32 bits, `sequence` its lower 16.
   */
  apply(firstWord: number, byteCount: number, ssrc: number, rollover: number, sequence: number): void {
    if (byteCount === 0) return
    const keystream = this.blocks(Math.ceil(byteCount / blockBytes), ssrc, rollover, sequence)
    const words = scratch.words
    const end = Math.ceil(byteCount / 4)
    for (let index = 0; index < end; index++) {
      words[firstWord + index] = (words[firstWord + index] ?? 0) ^ (keystream[index] ?? 0)
    }
  }

  /** The first `count` blocks of the keystream of a packet index, in a fresh array, as words in the host's byte order. */
  blocks(count: number, ssrc: number, rollover: number, sequence: number): Int32Array {
    if (count > counters.blockCount) counters = new CounterBlocks(Math.min(count * 2, maxBlocks))
    counters.fill(count, this.#salt, ssrc, rollover, sequence)
    const bytes = this.#cipher.update(counters.bytes.subarray(0, count * blockBytes))
    return wordsOf(bytes, count * wordsPerBlock)
  }
}

/** Input of the cipher; shared like the scratch, and used within one call like it. */
class CounterBlocks {
  readonly blockCount: number
  readonly bytes: Uint8Array
  readonly #words: Int32Array
  /** Last word of each block while the initial vector is 0: the block counter, in the host's byte order. */
  readonly #suffixes: Int32Array
  readonly #vectorBytes = new Uint8Array(blockBytes)
  readonly #vector = new Int32Array(this.#vectorBytes.buffer)

  constructor(blockCount: number) {
    this.blockCount = blockCount
    this.bytes = new Uint8Array(blockCount * blockBytes)
    this.#words = new Int32Array(this.bytes.buffer)
    const suffixBytes = new Uint8Array(blockCount * 4)
    for (let block = 0; block < blockCount; block++) {
      suffixBytes[block * 4 + 2] = block >>> 8
      suffixBytes[block * 4 + 3] = block
    }
    this.#suffixes = new Int32Array(suffixBytes.buffer)
  }

  /** IV = salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16, plus the number of the block. */
  fill(count: number, salt: Uint8Array, ssrc: number, rollover: number, sequence: number): void {
    const vector = this.#vectorBytes
    vector.set(salt)
    xorUint32(vector, 4, ssrc)
    xorUint32(vector, 8, rollover)
    xorUint32(vector, 12, sequence << 16)
    const [first = 0, second = 0, third = 0, last = 0] = this.#vector
    const words = this.#words
    for (let block = 0, at = 0; block < count; block++, at += wordsPerBlock) {
      words[at] = first
      words[at + 1] = second
      words[at + 2] = third
      words[at + 3] = last ^ (this.#suffixes[block] ?? 0)
    }
  }
}

let counters = new CounterBlocks(128)

function xorUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ (value >>> 24)
  bytes[at + 1] = (bytes[at + 1] ?? 0) ^ (value >>> 16)
  bytes[at + 2] = (bytes[at + 2] ?? 0) ^ (value >>> 8)
  bytes[at + 3] = (bytes[at + 3] ?? 0) ^ value
}

/** The platform gives each result memory of its own, which is aligned; should it ever not be, it is copied. */
function wordsOf(bytes: Uint8Array, wordCount: number): Int32Array {
  if (bytes.byteOffset % 4 === 0) return new Int32Array(bytes.buffer, bytes.byteOffset, wordCount)
  return new Int32Array(new Uint8Array(bytes).buffer, 0, wordCount)
}
