import { Failure } from '../../contracts/failure.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'
import { readUint16, readUint32, writeUint16, writeUint32 } from '../sequence.ts'
import { isExtensionSound } from './rtp-extension.ts'

/**
 * An RTP packet as a lazy view: nothing is read before it is asked for, so routing a packet costs two field reads and
 * relaying it costs none. Reading is by shifts on bytes; the only thing remembered is the payload, because everybody
 * downstream asks for it.
 *
 * The check stands apart from the view. Broken packets can arrive at line rate, so its verdict is a text that is made
 * once per kind and size, and a caller that counts by itself needs no `Failure` per packet. The version is not looked
 * at, and a padding count of 0 is let through: both are seen in the field.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           synchronization source (SSRC) identifier            |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * |            contributing source (CSRC) identifiers             |
 * ```
 */

/** Size of the header without contributing sources and extension, in bytes. */
export const rtpHeaderBytes = 12

/**
 * A view over the bytes of one RTP packet (RFC 3550 section 5.1). It does not own them: it holds as long as the bytes
 * do, which for a packet from a peer is the time of the call that delivered it. `clone()` makes one to keep.
 */
export class RtpPacket {
  /** The whole packet, header included. Not a copy. */
  readonly bytes: Uint8Array
  #payload: Uint8Array | undefined = undefined

  /** Unchecked: bytes from a peer go through `parseRtp`. Reading a truncated packet gives zeros, never a throw. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** 2 in every packet of today. Not checked anywhere, for cameras that write something else. */
  get version(): number {
    return (this.bytes[0] ?? 0) >> 6
  }

  /** The P bit: the last byte of the packet counts the padding. */
  get hasPadding(): boolean {
    return ((this.bytes[0] ?? 0) & 0x20) !== 0
  }

  /** The X bit: a header extension follows the contributing sources. */
  get hasExtension(): boolean {
    return ((this.bytes[0] ?? 0) & 0x10) !== 0
  }

  /** Number of contributing sources, 0..15. */
  get csrcCount(): number {
    return (this.bytes[0] ?? 0) & 0x0f
  }

  /** The M bit; for video the last packet of an access unit. */
  get marker(): boolean {
    return ((this.bytes[1] ?? 0) & 0x80) !== 0
  }

  /** 0..127. */
  get payloadType(): number {
    return (this.bytes[1] ?? 0) & 0x7f
  }

  /** 0..65535, grows by one with each packet and wraps. */
  get sequenceNumber(): number {
    return readUint16(this.bytes, 2)
  }

  /** Ticks of the format's clock, 0..2^32-1, from a random start. */
  get timestamp(): number {
    return readUint32(this.bytes, 4)
  }

  /** 0..2^32-1. */
  get ssrc(): number {
    return readUint32(this.bytes, 8)
  }

  /** Contributing sources in order; empty nearly always. */
  get csrcs(): readonly number[] {
    const csrcs: number[] = []
    for (let index = 0; index < this.csrcCount; index++) csrcs.push(readUint32(this.bytes, 12 + 4 * index))
    return csrcs
  }

  /** The 16 bits that say what the extension is (0xBEDE: RFC 8285 one-byte, 0xABAC: ONVIF replay), or undefined. */
  get extensionProfile(): number | undefined {
    return this.hasExtension ? readUint16(this.bytes, this.#extensionOffset) : undefined
  }

  /** Content of the header extension without its four header bytes, a view; a multiple of 4 bytes. Or undefined. */
  get extension(): Uint8Array | undefined {
    if (!this.hasExtension) return undefined
    return this.bytes.subarray(this.#extensionOffset + 4, this.payloadOffset)
  }

  /** Where the payload starts, in bytes from the start of the packet. */
  get payloadOffset(): number {
    const first = this.bytes[0] ?? 0
    const offset = rtpHeaderBytes + 4 * (first & 0x0f)
    return (first & 0x10) === 0 ? offset : offset + 4 + 4 * readUint16(this.bytes, offset + 2)
  }

  /** Number of padding bytes, the count byte included; 0 without padding (and for a P bit with a count of 0). */
  get paddingBytes(): number {
    return this.hasPadding ? (this.bytes[this.bytes.length - 1] ?? 0) : 0
  }

  /** The payload without padding: a view, not a copy. */
  get payload(): Uint8Array {
    return (this.#payload ??= this.bytes.subarray(
      this.payloadOffset,
      Math.max(this.payloadOffset, this.bytes.length - this.paddingBytes),
    ))
  }

  /** A packet over a copy of the bytes, to keep for longer than the delivery. */
  clone(): RtpPacket {
    return new RtpPacket(new Uint8Array(this.bytes))
  }

  /** One line for logs. */
  toString(): string {
    const marker = this.marker ? ' marker' : ''
    return (
      `RTP PT ${this.payloadType} sequence ${this.sequenceNumber} timestamp ${this.timestamp}` +
      ` SSRC ${this.ssrc}${marker}, ${this.payload.length} bytes`
    )
  }

  get #extensionOffset(): number {
    return rtpHeaderBytes + 4 * this.csrcCount
  }
}

/**
 * What is wrong with these bytes as an RTP packet (RFC 3550 section 5.1), or null when they are sound. The text is
 * the same string object every time.
 */
export function rtpProblem(bytes: Uint8Array): string | null {
  const size = bytes.length
  if (size < 4) return headerTooShort(size, 4)
  const first = bytes[0] ?? 0
  let offset = rtpHeaderBytes + 4 * (first & 0x0f)
  if (size < offset) return headerTooShort(size, offset)
  if ((first & 0x10) !== 0) {
    const start = offset + 4
    if (size < start) return 'RTP header size insufficient for extension'
    offset = start + 4 * readUint16(bytes, start - 2)
    if (size < offset) return 'RTP header size insufficient for extension'
    if (!isExtensionSound(bytes, readUint16(bytes, start - 4), start, offset)) {
      return 'RTP header extension element is too big'
    }
  }
  // A P bit needs one byte of payload at least, to count in.
  if ((first & 0x20) !== 0 && (size === offset || (bytes[size - 1] ?? 0) > size - offset)) return 'buffer is too small'
  return null
}

/**
 * Checks bytes from a peer and gives a view over them, not a copy. Failures: `ERR_RTSP_RTP_MALFORMED`.
 */
export function parseRtp(bytes: Uint8Array): RtpPacket | Failure {
  const problem = rtpProblem(bytes)
  return problem === null ? new RtpPacket(bytes) : new Failure('ERR_RTSP_RTP_MALFORMED', problem)
}

const headerTexts = new Map<number, string>()

/** At most 72 sizes and 17 wants, so the map is bounded. */
function headerTooShort(size: number, wanted: number): string {
  const key = wanted * 256 + size
  let text = headerTexts.get(key)
  if (text === undefined) {
    text = `RTP header size insufficient: ${size} < ${wanted}`
    headerTexts.set(key, text)
  }
  return text
}

/** Fields of a packet to build (RFC 3550 section 5.1). Byte fields are copied. */
export interface RtpFields {
  /** 0..127. */
  readonly payloadType: number
  /** Taken modulo 2^16. */
  readonly sequenceNumber: number
  /** Ticks, taken modulo 2^32. */
  readonly timestamp: number
  /** Taken modulo 2^32. */
  readonly ssrc: number
  /** False by default. */
  readonly marker?: boolean
  /** At most 15 contributing sources. */
  readonly csrcs?: readonly number[]
  /** Header extension; `data` is a multiple of 4 bytes, at most 262140. */
  readonly extension?: { readonly profile: number; readonly data: Uint8Array }
  /** Padding bytes at the end, the count byte included: 1..255, or 0 for none. */
  readonly padding?: number
  readonly payload: Uint8Array
}

/** Builds a version 2 packet that owns its bytes. Throws `ERR_RTSP_USAGE` for fields that do not fit. */
export function createRtp(fields: RtpFields): RtpPacket {
  const { payloadType, marker = false, csrcs = [], extension, padding = 0, payload } = fields
  checkRange('payload type', payloadType, 127)
  checkRange('number of contributing sources', csrcs.length, 15)
  checkRange('padding', padding, 255)
  if (extension !== undefined) {
    checkRange('extension profile', extension.profile, 0xffff)
    checkRange('extension size in words', extension.data.length / 4, 0xffff)
  }
  const extensionOffset = rtpHeaderBytes + 4 * csrcs.length
  const payloadOffset = extensionOffset + (extension === undefined ? 0 : 4 + extension.data.length)
  const bytes = new Uint8Array(payloadOffset + payload.length + padding)
  bytes[0] = 0x80 | (padding > 0 ? 0x20 : 0) | (extension === undefined ? 0 : 0x10) | csrcs.length
  bytes[1] = (marker ? 0x80 : 0) | payloadType
  writeUint16(bytes, 2, fields.sequenceNumber)
  writeUint32(bytes, 4, fields.timestamp)
  writeUint32(bytes, 8, fields.ssrc)
  csrcs.forEach((csrc, index) => writeUint32(bytes, rtpHeaderBytes + 4 * index, csrc))
  if (extension !== undefined) {
    writeUint16(bytes, extensionOffset, extension.profile)
    writeUint16(bytes, extensionOffset + 2, extension.data.length / 4)
    bytes.set(extension.data, extensionOffset + 4)
  }
  bytes.set(payload, payloadOffset)
  if (padding > 0) bytes[bytes.length - 1] = padding
  return new RtpPacket(bytes)
}

function checkRange(what: string, value: number, maximum: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= maximum) return
  throw rtspError('ERR_RTSP_USAGE', `RTP ${what} must be an integer from 0 to ${maximum}, is ${value}`)
}
