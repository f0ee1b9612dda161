import type { Failure } from '../../contracts/failure.ts'
import { readUint16, readUint32, writeUint32 } from '../sequence.ts'
import { hasDigest } from './hmac-sha1.ts'
import { authenticationTagBytes, rtcpIndexBytes, type SrtpKeyMaterial } from './key-material.ts'
import { estimateIndex, indexCount, packetIndex, rolloverOf } from './packet-index.ts'
import { maxSsrcsPerContext, rtcpClearBytes, rtpClearBytes } from './packet-layout.ts'
import { maxProtectedBytes, padBytes, scratch } from './packet-scratch.ts'
import { ReplayWindow } from './replay-window.ts'
import { createSessionKeys, type SessionKeys } from './session-keys.ts'
import { srtpFailures } from './srtp-failures.ts'

/**
 * The receiving half of SRTP (RFC 3711) for the sources of one media. Nothing is remembered of a packet before its tag
 * was found right, so forged packets cost a hash and nothing else: no state, no shift of the index.
 *
 * Until the first packet of a source is authenticated, the rollover counter after the agreed one is tried as well: the
 * counter was told at SETUP, and the sequence number may have wrapped before the first packet that arrives.
 */

/** Unprotects incoming packets. What it returns are fresh arrays, the caller's to keep. */
export class SrtpReceiver {
  readonly #rtpKeys: SessionKeys
  readonly #rtcpKeys: SessionKeys
  readonly #mki: Uint8Array
  /** Bytes behind what is authenticated: key identifier and tag. */
  readonly #trailerBytes: number
  readonly #firstRollovers: ReadonlyMap<number, number>
  readonly #rtpWindows = new Map<number, ReplayWindow>()
  readonly #rtcpWindows = new Map<number, ReplayWindow>()

  /**
   * `rollovers` are the rollover counters that the peer announced, by SSRC; other sources may come as well and start
   * with 0. Throws `ERR_RTSP_USAGE` for keys of a wrong size.
   */
  constructor(keys: SrtpKeyMaterial, rollovers: ReadonlyMap<number, number> = new Map()) {
    this.#rtpKeys = createSessionKeys(keys, 'srtp')
    this.#rtcpKeys = createSessionKeys(keys, 'srtcp')
    this.#mki = new Uint8Array(keys.mki ?? [])
    this.#trailerBytes = this.#mki.length + authenticationTagBytes
    this.#firstRollovers = new Map(rollovers)
  }

  /** Upper 32 bits of the index of a source; what it starts with if nothing of it was received. */
  rollover(ssrc: number): number {
    const window = this.#rtpWindows.get(ssrc)
    return window === undefined ? (this.#firstRollovers.get(ssrc) ?? 0) : rolloverOf(window.highest)
  }

  /**
   * The RTP packet in a protected one. Failures: `ERR_RTSP_SRTP_MALFORMED`, `ERR_RTSP_SRTP_MKI`,
   * `ERR_RTSP_SRTP_AUTHENTICATION`, `ERR_RTSP_SRTP_REPLAYED`, `ERR_RTSP_SRTP_SSRC_LIMIT`, `ERR_RTSP_SRTP_EXHAUSTED`.
   */
  unprotectRtp(bytes: Uint8Array): Uint8Array | Failure {
    const size = bytes.length - this.#trailerBytes
    if (bytes.length > maxProtectedBytes) return srtpFailures.tooLong
    const clearBytes = rtpClearBytes(bytes, size)
    if (clearBytes < 0) return size < 12 ? srtpFailures.tooShort : srtpFailures.header
    if (!this.#hasMki(bytes, size)) return srtpFailures.mki
    const ssrc = readUint32(bytes, 8)
    const sequence = readUint16(bytes, 2)
    const window = this.#rtpWindows.get(ssrc)
    if (window === undefined && this.#rtpWindows.size >= maxSsrcsPerContext) return srtpFailures.ssrcLimit
    let index = window === undefined ? this.#firstIndex(ssrc, sequence) : estimateIndex(window.highest, sequence)
    if (index >= indexCount) return srtpFailures.exhausted
    if (window?.isFresh(index) === false) return srtpFailures.replayed

    scratch.reserve(size)
    scratch.bytes.set(bytes.subarray(0, size), padBytes)
    if (!this.#authenticatesRtp(bytes, size, index)) {
      index += 0x1_0000
      if (window !== undefined || index >= indexCount || !this.#authenticatesRtp(bytes, size, index))
        return srtpFailures.authentication
    }
    this.#rtpKeys.keystream.apply((padBytes + clearBytes) / 4, size - clearBytes, ssrc, rolloverOf(index), sequence)
    if (window === undefined) this.#rtpWindows.set(ssrc, new ReplayWindow(index))
    else window.record(index)
    return scratch.bytes.slice(padBytes, padBytes + size)
  }

  /**
   * The RTCP compound in a protected one; one that says of itself that it is not encrypted (E bit 0) only has to be
   * authentic. Failures as of `unprotectRtp`, but for `ERR_RTSP_SRTP_EXHAUSTED`.
   */
  unprotectRtcp(bytes: Uint8Array): Uint8Array | Failure {
    const authenticated = bytes.length - this.#trailerBytes
    const size = authenticated - rtcpIndexBytes
    if (bytes.length > maxProtectedBytes) return srtpFailures.tooLong
    if (size < rtcpClearBytes) return srtpFailures.tooShort
    if (!this.#hasMki(bytes, authenticated)) return srtpFailures.mki
    const ssrc = readUint32(bytes, 4)
    const isEncrypted = (bytes[size] ?? 0) >= 0x80
    const index = readUint32(bytes, size) & 0x7fff_ffff
    const window = this.#rtcpWindows.get(ssrc)
    if (window === undefined && this.#rtcpWindows.size >= maxSsrcsPerContext) return srtpFailures.ssrcLimit
    if (window?.isFresh(index) === false) return srtpFailures.replayed

    scratch.reserve(authenticated)
    scratch.bytes.set(bytes.subarray(0, authenticated), padBytes)
    const { keystream, authentication } = this.#rtcpKeys
    if (!this.#hasTag(bytes, authentication.digest(authenticated))) return srtpFailures.authentication
    if (isEncrypted)
      keystream.apply((padBytes + rtcpClearBytes) / 4, size - rtcpClearBytes, ssrc, index >>> 16, index & 0xffff)
    if (window === undefined) this.#rtcpWindows.set(ssrc, new ReplayWindow(index))
    else window.record(index)
    return scratch.bytes.slice(padBytes, padBytes + size)
  }

  #firstIndex(ssrc: number, sequence: number): number {
    return packetIndex(this.#firstRollovers.get(ssrc) ?? 0, sequence)
  }

  /** Whether the tag fits the packet in the scratch if it has this index. */
  #authenticatesRtp(bytes: Uint8Array, size: number, index: number): boolean {
    writeUint32(scratch.bytes, padBytes + size, rolloverOf(index))
    return this.#hasTag(bytes, this.#rtpKeys.authentication.digest(size + 4))
  }

  #hasTag(bytes: Uint8Array, digest: string): boolean {
    return hasDigest(digest, authenticationTagBytes, bytes, bytes.length - authenticationTagBytes)
  }

  #hasMki(bytes: Uint8Array, at: number): boolean {
    const mki = this.#mki
    for (let index = 0; index < mki.length; index++) if (bytes[at + index] !== mki[index]) return false
    return true
  }
}
