import { indexCount, packetIndex, rolloverOf } from '../../wire/srtp/packet-index.ts'
import { writeUint32 } from './rtp-layout.ts'
import type { StreamProtection } from './stream-protection.ts'
import type { FormatTrack } from './stream-tracks.ts'

/**
 * Leads the receiver of one reader to the index where the stream is. A receiver guesses the upper bits of an index from
 * the packet before (RFC 3711 section 3.3.1), so one that has heard nothing for more than 2^15 packets, because it was
 * paused, would never decrypt again; and neither would one whose rollover counter moved on between SETUP, which told it,
 * and PLAY. So it is sent packets without payload on the way, each within reach of the one before. Nothing is encrypted
 * in them, so no keystream is used twice; players pass over packets before the number that RTP-Info names.
 */

/** Packets without payload that one PLAY may begin with: enough for a pause of 33 million packets. */
export const maxLeadPackets = 1024

const reach = 0x7fff
/** Closer than this needs no lead; what is left of the reach is for what is written until packets flow. */
const nearby = 0x4000
const headerBytes = 12

export class IndexLead {
  readonly #stream: StreamProtection
  readonly #told: ReadonlyMap<number, number>
  /** Index that the receiver has reached, by format index; absent while it has received nothing. */
  #reached = new Map<number, number>()
  #before = new Map<number, number>()

  /** `told`: rollover counters that the reader begins with, by SSRC. */
  constructor(stream: StreamProtection, told: ReadonlyMap<number, number>) {
    this.#stream = stream
    this.#told = told
  }

  /** Goes on from an earlier reader of the same session. */
  adopt(previous: IndexLead): void {
    this.#reached = new Map(previous.#reached)
  }

  /** The receiver gets a packet of this index. */
  reach(track: FormatTrack, index: number): void {
    this.#reached.set(track.index, Math.max(index, this.#reached.get(track.index) ?? -1))
  }

  /** Remembers how it is, for `restore`. */
  setAside(): void {
    this.#before = new Map(this.#reached)
  }

  /** What was sent since `setAside` never went out. */
  restore(): void {
    this.#reached = this.#before
  }

  /** Packets to send, in order, when `next` is the index of the next packet of the format; nearly always none. */
  packets(track: FormatTrack, next: number): readonly Uint8Array[] {
    if (next < 0 || next >= indexCount) return []
    const packets: Uint8Array[] = []
    const send = (index: number): void => {
      packets.push(this.#emptyPacket(track, index))
      this.reach(track, index)
    }
    if (!this.#reached.has(track.index)) {
      const told = this.#told.get(track.ssrc) ?? rolloverOf(next)
      if (rolloverOf(next) <= told) return packets
      send(packetIndex(told, 0xffff))
    }
    let reached = this.#reached.get(track.index) ?? next
    if (next - reached > reach * maxLeadPackets) return []
    while (next - reached > nearby) {
      reached = Math.min(reached + reach, next - 1)
      send(reached)
    }
    return packets
  }

  #emptyPacket(track: FormatTrack, index: number): Uint8Array {
    const packet = new Uint8Array(headerBytes)
    const { timestamp, ssrc } = track
    packet[0] = 0x80
    packet[1] = track.format.payloadType
    // The upper bits are beyond what shifts can do, and are not sent.
    const sequenceNumber = index % 0x1_0000
    packet[2] = sequenceNumber >>> 8
    packet[3] = sequenceNumber
    writeUint32(packet, 4, timestamp)
    writeUint32(packet, 8, ssrc)
    const sender = this.#stream.sender(track.mediaIndex)
    const bytes = new Uint8Array(headerBytes + sender.rtpOverheadBytes)
    sender.protectRtpAt(packet, index, bytes, 0)
    return bytes
  }
}
