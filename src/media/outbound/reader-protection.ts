import type { Failure } from '../../contracts/failure.ts'
import { authenticationTagBytes, rtcpIndexBytes } from '../../wire/srtp/key-material.ts'
import { srtpFailures } from '../../wire/srtp/srtp-failures.ts'
import type { SrtpSender } from '../../wire/srtp/srtp-sender.ts'
import { IndexLead } from './index-lead.ts'
import type { ReaderMedia } from './reader-options.ts'
import type { StreamProtection } from './stream-protection.ts'
import type { FormatTrack } from './stream-tracks.ts'

/** Bytes that SRTP adds to each packet that is sent: tags, never a key identifier. */
export const rtpOverheadBytes = authenticationTagBytes
export const rtcpOverheadBytes = authenticationTagBytes + rtcpIndexBytes

/**
 * Encrypts what is sent to one reader alone: its sender reports, and what the application writes to it. RTP uses the
 * stream's keys at indices that are counted for this reader, from where it stands: a packet for one reader must not move
 * the stream's own count, or its sequence number, which may be any, would put all the other readers out of step.
 */
export class ReaderProtection {
  readonly #stream: StreamProtection
  /** By media index, of back channels: their RTCP has keys of this reader. */
  readonly #own = new Map<number, SrtpSender>()
  /** Highest index of packets for this reader alone, by format index. */
  readonly #highest = new Map<number, number>()
  readonly #lead: IndexLead
  /** Highest index of the stream when the reader joined, by format index. */
  readonly #joinedAt = new Map<number, number>()

  constructor(stream: StreamProtection, medias: readonly ReaderMedia[]) {
    this.#stream = stream
    const told = new Map<number, number>()
    for (const { mediaIndex, protection, rollovers } of medias) {
      if (protection !== undefined) this.#own.set(mediaIndex, protection)
      for (const [ssrc, rollover] of rollovers ?? []) told.set(ssrc, rollover)
    }
    this.#lead = new IndexLead(stream, told)
  }

  /** Goes on from what an earlier reader of the same session was sent. */
  adopt(previous: ReaderProtection): void {
    for (const [format, index] of previous.#highest) this.#highest.set(format, index)
    this.#lead.adopt(previous.#lead)
  }

  /**
   * Packets that have to come before all others of these formats, for the receiver to be in step; nearly always none.
   * `firstIndexOf` tells where the packets of a format will begin.
   */
  leadIn(
    tracks: readonly FormatTrack[],
    firstIndexOf: (track: FormatTrack) => number,
  ): readonly { readonly mediaIndex: number; readonly packet: Uint8Array }[] {
    this.#lead.setAside()
    return tracks.flatMap((track) =>
      this.#lead.packets(track, firstIndexOf(track)).map((packet) => ({ mediaIndex: track.mediaIndex, packet })),
    )
  }

  /** What `leadIn` gave never went out. */
  takeBack(): void {
    this.#lead.restore()
  }

  /** The reader gets the packets of the stream from now on. */
  join(tracks: readonly FormatTrack[]): void {
    for (const track of tracks) this.#joinedAt.set(track.index, track.highestIndex)
  }

  /** The reader gets no more of them. */
  leave(tracks: readonly FormatTrack[]): void {
    for (const track of tracks) {
      if (track.highestIndex > (this.#joinedAt.get(track.index) ?? track.highestIndex))
        this.#lead.reach(track, track.highestIndex)
    }
  }

  /** Packets that have to come before the next one of the stream, which will have the index `next`: its count leaps. */
  leap(track: FormatTrack, next: number): readonly Uint8Array[] {
    this.leave([track])
    return this.#lead.packets(track, next)
  }

  /** An RTP packet with the stream's SSRC, in a fresh array. */
  protectRtp(track: FormatTrack, sequenceNumber: number, packet: Uint8Array): Uint8Array | Failure {
    const highest = Math.max(this.#highest.get(track.index) ?? -1, track.highestIndex)
    const index = this.#stream.indexOf(sequenceNumber, highest)
    if (index < 0) return srtpFailures.exhausted
    this.#highest.set(track.index, Math.max(index, this.#highest.get(track.index) ?? -1))
    this.#lead.reach(track, index)
    const bytes = new Uint8Array(packet.length + rtpOverheadBytes)
    const written = this.#stream.sender(track.mediaIndex).protectRtpAt(packet, index, bytes, 0)
    return typeof written === 'number' ? bytes : written
  }

  /** An RTCP compound, in a fresh array. */
  protectRtcp(mediaIndex: number, compound: Uint8Array): Uint8Array | Failure {
    return (this.#own.get(mediaIndex) ?? this.#stream.sender(mediaIndex)).protectRtcp(compound)
  }
}
