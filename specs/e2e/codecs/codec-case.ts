import type { Format } from '../../../src/formats/format.ts'
import type { SourcePacket } from './source.ts'

/** One row of the tables: how ffmpeg makes a source, and what must come of it. */
export type CodecCase = {
  /** As people call it. */
  readonly name: string
  readonly kind: 'video' | 'audio'
  readonly codec: Format['codec']
  /** Inputs and encoder, as ffmpeg is told. */
  readonly encode: readonly string[]
  /** Container of the source; NUT, which can hold nearly everything, unless it cannot hold this. */
  readonly ending?: string
  /** What ffmpeg has to be told in front of the name of the source to read it. */
  readonly input?: readonly string[]
  /** What ffmpeg has to be told to publish it; `null` when it cannot. */
  readonly publish?: readonly string[] | null
  /**
   * Packets at the end that never leave ffmpeg: its packetizer gathers frames until an RTP packet is full, and forgets
   * those it has when the source ends (seen without any server, with `-f rtp`).
   */
  readonly heldBack?: number
  /** What ffmpeg has to be told to hand out packets as they go into RTP. */
  readonly filters?: readonly string[]
  /** What ffmpeg has to be told to decode the source as a receiver of RTP decodes it. */
  readonly decode?: readonly string[]
  /** A line that ffmpeg may write while it plays what we serve; why it is harmless is said where it is set. */
  readonly tolerated?: RegExp
  /** The format with which we serve it; `input` is what ffmpeg has to be told to read the source. */
  readonly format: (packets: readonly SourcePacket[], input: readonly string[]) => Format | Promise<Format>
}
