import type { Burst } from './burst.ts'

/**
 * The last step towards a reader's sockets. It knows how packets are put on the wire, how many of them wait there, and
 * can hold them back. What to leave out when too many wait is decided above it.
 */
export interface ReaderSink {
  /** How much may wait, in what `queued` counts: bytes over TCP, datagrams over UDP. */
  readonly limit: number
  /** How much waits: held back here or not yet taken by the operating system. */
  queued(): number
  /** What a packet of the burst adds to `queued`. */
  costOf(burst: Burst, index: number): number
  /** What a single packet of `length` bytes adds to `queued`. */
  costOfPacket(length: number): number
  /**
   * The quick way: writes the whole burst if nothing is held back and it fits below the limit, and says whether it
   * did. `shared` is the burst in the frames of the reader's group (TCP), empty over UDP.
   */
  offer(burst: Burst, shared: Uint8Array): boolean
  /** Writes packets `[from, to)` of the burst, whatever waits. `shared` as above, if there is one. */
  writeRange(burst: Burst, from: number, to: number, shared: Uint8Array | undefined): void
  /** Writes one packet, whatever waits. The bytes must not be changed afterwards. */
  writePacket(mediaIndex: number, isRtcp: boolean, packet: Uint8Array): void
  /** From now on everything is held back. */
  hold(): void
  /** Writes what was held back, in order, and holds nothing back any more. */
  release(): void
  /** Forgets what was held back and holds nothing back any more. */
  dropHeld(): void
  /** Grows whenever the operating system takes something. */
  progress(): number
  /** What the operating system has not taken yet, without what is held back here. */
  waiting(): number
}
