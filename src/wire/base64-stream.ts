/**
 * Base64 that arrives in pieces: the body of the POST half of an HTTP tunnel. Clients encode every RTSP message by itself,
 * so padding may end a segment anywhere and the next segment follows at once; systems cut the text wherever they like,
 * and some clients break it into lines. Unlike base64 in a header it is read with tolerance for line ends and blanks,
 * and with none for anything else: what is not base64 is not RTSP either, and the tunnel ends.
 */
import { Failure } from '../contracts/failure.ts'

const pad = 64
const blank = 65
const foreign = 255

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** What each byte means: 0 to 63 its value, or one of the three words above. */
const meanings = new Uint8Array(256).fill(foreign)
for (let value = 0; value < alphabet.length; value += 1) meanings[alphabet.charCodeAt(value)] = value
meanings['='.charCodeAt(0)] = pad
for (const character of '\r\n\t ') meanings[character.charCodeAt(0)] = blank

const notBase64 = new Failure('ERR_RTSP_TUNNEL_BODY', 'the body of the HTTP POST request is not base64')

/** Reads a stream of base64 segments (RFC 4648 section 4). One per tunnel. */
export class Base64Stream {
  /** Bits of the group that is not complete. */
  #bits = 0
  /** Characters of it, 0 to 3. */
  #count = 0
  /** Padding that still has to come: after `xx=`. */
  #owesPad = false
  #hasFailed = false

  /**
   * Bytes that are complete with this piece, in a fresh array that may be empty; `ERR_RTSP_TUNNEL_BODY` for anything
   * but base64 and white space, and for ever after.
   */
  push(chunk: Uint8Array): Uint8Array | Failure {
    if (this.#hasFailed) return notBase64
    const decoded = new Uint8Array(Math.ceil(((this.#count + chunk.length) * 3) / 4))
    let length = 0
    for (const byte of chunk) {
      const meaning = meanings[byte] ?? foreign
      if (meaning === blank) continue
      if (this.#owesPad || meaning >= pad) {
        if (meaning !== pad || !this.#takePad()) return this.#fail()
        if (this.#count === 0) continue
        decoded[length++] = this.#count === 2 ? this.#bits >>> 4 : this.#bits >>> 10
        if (this.#count === 3) decoded[length++] = (this.#bits >>> 2) & 0xff
        this.#owesPad = this.#count === 2
        this.#bits = this.#count = 0
        continue
      }
      this.#bits = (this.#bits << 6) | meaning
      this.#count += 1
      if (this.#count < 4) continue
      decoded[length++] = this.#bits >>> 16
      decoded[length++] = (this.#bits >>> 8) & 0xff
      decoded[length++] = this.#bits & 0xff
      this.#bits = this.#count = 0
    }
    return decoded.subarray(0, length)
  }

  /** False where no padding may stand. */
  #takePad(): boolean {
    if (this.#owesPad) {
      this.#owesPad = false
      return true
    }
    return this.#count >= 2
  }

  #fail(): Failure {
    this.#hasFailed = true
    return notBase64
  }
}
