import { isFailure } from '../../contracts/failure.ts'
import { Burst, isRtcpFlag } from './burst.ts'
import type { StreamProtection } from './stream-protection.ts'

/**
 * The packets of a burst once more, encrypted: a burst of its own with a slab of its own, so that everything that reads
 * bursts (channel maps, runs of datagrams, sinks, filters) serves readers of SRTP as it serves others, and ciphertext is
 * shared as clear bytes are. It is made when somebody asks, each packet once; without readers of SRTP nobody asks.
 *
 * What is known of a packet (media, format, flags) is the same in both; sizes and places are not, and packets that came
 * before anybody asked are in the clear one only. So whoever reads one of the two goes on with that one.
 */
export class ProtectedBurst {
  /** The encrypted packets, up to the last `catchUp`. */
  readonly burst: Burst
  readonly #clear: Burst
  readonly #protection: StreamProtection
  /** Number of the clear burst that it is the double of, and packets of it that are done. */
  #serial = 0
  #taken = 0

  /** The double of `clear`, a burst of at most `capacity` packets. */
  constructor(clear: Burst, protection: StreamProtection, capacity?: number) {
    this.#clear = clear
    this.#protection = protection
    this.burst = new Burst(clear.mediaCounts.length, capacity)
  }

  /** Leaves out what the clear burst has so far: nobody was there for it. */
  skip(): void {
    this.#begin()
    this.#taken = this.#clear.count
  }

  /** Encrypts what has come since the last call. */
  catchUp(): Burst {
    if (this.#serial !== this.#clear.serial) this.#begin()
    for (; this.#taken < this.#clear.count; this.#taken += 1) this.#append(this.#taken)
    return this.burst
  }

  #begin(): void {
    this.burst.reset()
    this.#serial = this.#clear.serial
    this.#taken = 0
  }

  #append(at: number): void {
    const { burst } = this
    const clear = this.#clear
    const mediaIndex = clear.mediaIndexes[at] ?? 0
    const flags = clear.flags[at] ?? 0
    const isRtcp = (flags & isRtcpFlag) !== 0
    const packetIndex = clear.packetIndices[at] ?? 0
    // Its index belongs to another packet; or the key was used up, and its readers have been told.
    if (!isRtcp && packetIndex < 0) return
    const sender = this.#protection.sender(mediaIndex)
    const packet = clear.packet(at)
    const length = packet.length + (isRtcp ? sender.rtcpOverheadBytes : sender.rtpOverheadBytes)
    const position = burst.makeRoom(length)
    const written = isRtcp
      ? sender.protectRtcpInto(packet, burst.slab.bytes, position)
      : sender.protectRtpAt(packet, packetIndex, burst.slab.bytes, position)
    // Only RTCP fails here (no source, too many of them, a key that is used up): it is left out, as if it were lost.
    if (isFailure(written)) return
    const index = burst.commit(length, clear.channel(at), mediaIndex, clear.formatIndexes[at] ?? -1, flags)
    burst.octets[index] = clear.octets[at] ?? 0
    burst.ntps[index] = clear.ntps[at] ?? 0
    burst.anchorMask = clear.anchorMask
  }
}
