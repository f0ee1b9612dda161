import type { ServerStream } from '../../src/api/stream.ts'
import { createRtp, RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'

/** A source for `camera`: pictures of several packets with sound between them, and a record of what was written. */

/** Bytes of each video packet. */
export const videoPacketBytes = 1012

export interface Written {
  readonly sequenceNumber: number
  readonly isKey: boolean
  /** First packet of its picture. */
  readonly isFirst: boolean
  readonly isLast: boolean
}

export class Film {
  /** Video packets that were written, in order. */
  readonly video: Written[] = []
  soundPackets = 0
  readonly #stream: ServerStream
  readonly #settle: () => void
  #timestamp = 0
  #sequenceNumber: number

  /** `settle` lets what was written leave, as the end of a turn does. */
  constructor(stream: ServerStream, settle: () => void, firstSequenceNumber = 65_500) {
    this.#stream = stream
    this.#settle = settle
    this.#sequenceNumber = firstSequenceNumber
  }

  get nextSequenceNumber(): number {
    return this.#sequenceNumber
  }

  get nextTimestamp(): number {
    return this.#timestamp + 3600
  }

  picture(kind: 'key' | 'other', packets = 5): void {
    this.#timestamp += 3600
    const payload = new Uint8Array(videoPacketBytes - 12)
    // A slice of a key picture, or another one.
    payload[0] = kind === 'key' ? 0x65 : 0x41
    for (let index = 0; index < packets; index += 1) {
      const isLast = index === packets - 1
      const sequenceNumber = this.#sequenceNumber
      const fields = { payloadType: 96, sequenceNumber, timestamp: this.#timestamp, ssrc: 1, marker: isLast, payload }
      this.#stream.writeRtp(0, createRtp(fields))
      this.video.push({ sequenceNumber, isKey: kind === 'key', isFirst: index === 0, isLast })
      this.#sequenceNumber = (sequenceNumber + 1) & 0xffff
    }
  }

  sound(): void {
    const sequenceNumber = this.soundPackets++
    const payload = new Uint8Array(100)
    this.#stream.writeRtp(
      1,
      createRtp({ payloadType: 97, sequenceNumber, timestamp: sequenceNumber * 960, ssrc: 2, payload }),
    )
  }

  /** A key picture and nine others, sound and the end of the turn after each. */
  group(pictures = 10): void {
    for (let index = 0; index < pictures; index += 1) {
      this.picture(index === 0 ? 'key' : 'other')
      this.sound()
      this.#settle()
    }
  }
}

/** Sequence numbers of RTP packets. */
export function sequenceNumbersOf(packets: readonly Uint8Array[]): readonly number[] {
  return packets.map((bytes) => new RtpPacket(bytes).sequenceNumber)
}

/**
 * What is wrong with the video that a reader received of a film: every gap has to begin behind the last packet of a
 * picture and to end with the first packet of a key picture. Empty when nothing is.
 */
export function gapProblems(film: Film, received: readonly number[]): readonly string[] {
  const problems: string[] = []
  let at = film.video.findIndex(({ sequenceNumber }) => sequenceNumber === received[0])
  for (const sequenceNumber of received.slice(1)) {
    const next = film.video.findIndex((packet, index) => index > at && packet.sequenceNumber === sequenceNumber)
    if (next < 0) return [...problems, `${sequenceNumber} came twice or out of order`]
    if (next !== at + 1) {
      const [before, after] = [film.video[at], film.video[next]]
      if (before?.isLast !== true) problems.push(`a gap behind ${before?.sequenceNumber}, in the middle of a picture`)
      if (after?.isFirst !== true || !after.isKey) problems.push(`${sequenceNumber} begins no key picture`)
    }
    at = next
  }
  return problems
}
