import { isFailure, type Failure } from '../../contracts/failure.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'
import { readUint16, readUint32, writeUint32 } from '../sequence.ts'
import { writeDigest } from './hmac-sha1.ts'
import { authenticationTagBytes, rtcpIndexBytes, type SrtpKeyMaterial } from './key-material.ts'
import { estimateIndex, indexCount, packetIndex, rolloverOf } from './packet-index.ts'
import { maxSsrcsPerContext, rtcpClearBytes, rtpClearBytes } from './packet-layout.ts'
import { maxProtectedBytes, padBytes, scratch } from './packet-scratch.ts'
import { createSessionKeys, type SessionKeys } from './session-keys.ts'
import { srtpFailures } from './srtp-failures.ts'

/**
 * The sending half of SRTP (RFC 3711) for the sources of one media. Packets are encrypted once and then sent to any
 * number of readers, so state is per source and not per reader.
 *
 * The index is guessed from the sequence number, exactly as receivers do it: a relay writes what it gets, with its gaps
 * and its reordering, and has no other counter. Two different packets with one sequence number, close together, would
 * be encrypted with one keystream and give each other away; keeping them apart is up to who writes them.
 */

/** Largest SRTCP index; the first packet has 1. */
const maxRtcpIndex = 0x7fff_ffff
const encryptedFlag = 0x8000_0000

/** Protects outgoing packets. Methods run to their end in the call and keep nothing of what they are given. */
export class SrtpSender {
  /** Bytes that SRTP adds to a packet: 10 and the size of the key identifier. */
  readonly rtpOverheadBytes: number
  /** Bytes that SRTCP adds to a compound: 14 and the size of the key identifier. */
  readonly rtcpOverheadBytes: number
  readonly #rtpKeys: SessionKeys
  readonly #rtcpKeys: SessionKeys
  readonly #mki: Uint8Array
  readonly #firstRollovers: ReadonlyMap<number, number>
  /** Highest index by SSRC. */
  readonly #rtpIndices = new Map<number, number>()
  /** Last index by SSRC. */
  readonly #rtcpIndices: Map<number, number>

  /**
   * Goes on where another sender of the same keys ended: `rollovers` are the rollover counters to start with and
   * `rtcpIndices` the last indices of SRTCP that were used, both by SSRC and 0 for those that are not in it. Throws
   * `ERR_RTSP_USAGE` for keys of a wrong size.
   */
  constructor(
    keys: SrtpKeyMaterial,
    rollovers: ReadonlyMap<number, number> = new Map(),
    rtcpIndices: ReadonlyMap<number, number> = new Map(),
  ) {
    this.#rtpKeys = createSessionKeys(keys, 'srtp')
    this.#rtcpKeys = createSessionKeys(keys, 'srtcp')
    this.#mki = new Uint8Array(keys.mki ?? [])
    this.#firstRollovers = new Map(rollovers)
    this.#rtcpIndices = new Map(rtcpIndices)
    this.rtpOverheadBytes = authenticationTagBytes + this.#mki.length
    this.rtcpOverheadBytes = rtcpIndexBytes + authenticationTagBytes + this.#mki.length
  }

  /**
   * Upper 32 bits of the index of a source, for MIKEY; what it starts with if nothing of it was sent. A receiver that
   * joins now has to start with it.
   */
  rollover(ssrc: number): number {
    const highest = this.#rtpIndices.get(ssrc)
    return highest === undefined ? (this.#firstRollovers.get(ssrc) ?? 0) : rolloverOf(highest)
  }

  /**
   * Writes an RTP packet, protected, into `into` at `offset`: `packet.length + rtpOverheadBytes` bytes, which is what it
   * returns. The two may overlap. Throws `ERR_RTSP_USAGE` if there is no room. Failures, which leave no trace:
   * `ERR_RTSP_SRTP_MALFORMED`, `ERR_RTSP_SRTP_SSRC_LIMIT`, `ERR_RTSP_SRTP_EXHAUSTED`.
   */
  protectRtpInto(packet: Uint8Array, into: Uint8Array, offset: number): number | Failure {
    const size = packet.length
    if (size + this.rtpOverheadBytes > maxProtectedBytes) return srtpFailures.tooLong
    if (rtpClearBytes(packet, size) < 0) return srtpFailures.header
    const ssrc = readUint32(packet, 8)
    const sequence = readUint16(packet, 2)
    const highest = this.#rtpIndices.get(ssrc)
    if (highest === undefined && this.#rtpIndices.size >= maxSsrcsPerContext) return srtpFailures.ssrcLimit
    const index =
      highest === undefined
        ? packetIndex(this.#firstRollovers.get(ssrc) ?? 0, sequence)
        : estimateIndex(highest, sequence)
    if (index >= indexCount) return srtpFailures.exhausted
    checkRoom(into, offset, size + this.rtpOverheadBytes)
    if (highest === undefined || index > highest) this.#rtpIndices.set(ssrc, index)
    return this.protectRtpAt(packet, index, into, offset)
  }

  /**
   * As `protectRtpInto`, at an index that the caller counts, 0 to 2^48-1: nothing is remembered of it. Its lower 16 bits
   * have to be the sequence number of the packet, and two different packets must not have the same one. Failure:
   * `ERR_RTSP_SRTP_MALFORMED`.
   */
  protectRtpAt(packet: Uint8Array, index: number, into: Uint8Array, offset: number): number | Failure {
    const size = packet.length
    if (size + this.rtpOverheadBytes > maxProtectedBytes) return srtpFailures.tooLong
    const clearBytes = rtpClearBytes(packet, size)
    if (clearBytes < 0) return srtpFailures.header
    checkRoom(into, offset, size + this.rtpOverheadBytes)
    const ssrc = readUint32(packet, 8)
    const sequence = readUint16(packet, 2)
    const rollover = rolloverOf(index)
    scratch.reserve(size)
    scratch.bytes.set(packet, padBytes)
    this.#rtpKeys.keystream.apply((padBytes + clearBytes) / 4, size - clearBytes, ssrc, rollover, sequence)
    writeUint32(scratch.bytes, padBytes + size, rollover)
    const digest = this.#rtpKeys.authentication.digest(size + 4)
    return this.#write(size, digest, into, offset)
  }

  /** The same into a fresh array. */
  protectRtp(packet: Uint8Array): Uint8Array | Failure {
    const into = new Uint8Array(packet.length + this.rtpOverheadBytes)
    const written = this.protectRtpInto(packet, into, 0)
    return isFailure(written) ? written : into
  }

  /**
   * Writes an RTCP compound, protected, into `into` at `offset`: `compound.length + rtcpOverheadBytes` bytes, which is
   * what it returns. The two may overlap. Throws and fails as `protectRtpInto` does.
   */
  protectRtcpInto(compound: Uint8Array, into: Uint8Array, offset: number): number | Failure {
    const size = compound.length
    if (size + this.rtcpOverheadBytes > maxProtectedBytes) return srtpFailures.tooLong
    if (size < rtcpClearBytes) return srtpFailures.tooShort
    const ssrc = readUint32(compound, 4)
    const last = this.#rtcpIndices.get(ssrc)
    if (last === undefined && this.#rtcpIndices.size >= maxSsrcsPerContext) return srtpFailures.ssrcLimit
    const index = (last ?? 0) + 1
    if (index > maxRtcpIndex) return srtpFailures.exhausted
    checkRoom(into, offset, size + this.rtcpOverheadBytes)
    this.#rtcpIndices.set(ssrc, index)

    scratch.reserve(size)
    scratch.bytes.set(compound, padBytes)
    const { keystream, authentication } = this.#rtcpKeys
    keystream.apply((padBytes + rtcpClearBytes) / 4, size - rtcpClearBytes, ssrc, index >>> 16, index & 0xffff)
    writeUint32(scratch.bytes, padBytes + size, encryptedFlag | index)
    const authenticated = size + rtcpIndexBytes
    return this.#write(authenticated, authentication.digest(authenticated), into, offset)
  }

  /** The same into a fresh array. */
  protectRtcp(compound: Uint8Array): Uint8Array | Failure {
    const into = new Uint8Array(compound.length + this.rtcpOverheadBytes)
    const written = this.protectRtcpInto(compound, into, 0)
    return isFailure(written) ? written : into
  }

  /** Copies the first `size` bytes of the packet in the scratch, and puts key identifier and tag behind them. */
  #write(size: number, digest: string, into: Uint8Array, offset: number): number {
    into.set(scratch.bytes.subarray(padBytes, padBytes + size), offset)
    into.set(this.#mki, offset + size)
    writeDigest(digest, authenticationTagBytes, into, offset + size + this.#mki.length)
    return size + this.#mki.length + authenticationTagBytes
  }
}

function checkRoom(into: Uint8Array, offset: number, size: number): void {
  if (offset < 0 || offset + size > into.length)
    throw rtspError('ERR_RTSP_USAGE', `no room for ${size} bytes at ${offset} of ${into.length}`)
}
