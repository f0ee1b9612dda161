import type { UnixMillis, UnixNanos } from '../contracts/units.ts'
import { unixMillisFromNanos } from '../wire/ntp.ts'

/** What may be handed to `writeRtp` and `writeRtcp`, of streams and of sessions alike. */

/** A packet as bytes, or an object that has them: an `RtpPacket`, an `RtcpPacket`. They are copied. */
export type PacketBytes = Uint8Array | { readonly bytes: Uint8Array }

/** Options of writing an RTP packet. */
export interface WriteOptions {
  /**
   * Wall time at which the packet is presented: milliseconds as a number, or nanoseconds as a bigint, which is what
   * `packetNtp` gives. Default: now. Sender reports tell it to the peer.
   */
  readonly ntp?: UnixMillis | UnixNanos | undefined
}

/** The bytes themselves. */
export function bytesOf(packet: PacketBytes): Uint8Array {
  return packet instanceof Uint8Array ? packet : packet.bytes
}

/** Wall time in milliseconds, in whichever unit it came. */
export function toUnixMillis(time: UnixMillis | UnixNanos | undefined): UnixMillis | undefined {
  return typeof time === 'bigint' ? unixMillisFromNanos(time) : time
}
