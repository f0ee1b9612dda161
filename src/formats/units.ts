/**
 * What comes out of depacketizers and goes into packetizers: one kind of unit per codec, discriminated by `codec` like the
 * formats, so that the type of a unit follows from the type of its format. A unit owns its bytes: they were copied out of
 * the packets once, when the unit was complete, and nothing reuses them.
 */

import type { Format } from './format.ts'

/** What every unit has. */
export interface UnitBase {
  /** RTP timestamp in ticks of the format's clock, 0..2^32-1. It is the time of presentation. */
  readonly timestamp: number
  /** True when decoding can start here. Always true for audio, MJPEG, MPEG-TS and data. */
  readonly isRandomAccess: boolean
  /**
   * True when something of this unit is missing, or may be missing because packets were lost right before it. What is there
   * is still true to what was sent.
   */
  readonly corrupted: boolean
}

/** One access unit of H.264: all NAL units of a picture, in order, without start codes; at least one, none empty. */
export interface H264AccessUnit extends UnitBase {
  readonly codec: 'H264'
  readonly nalus: readonly Uint8Array[]
}

/** One access unit of H.265: all NAL units of a picture, in order, without start codes; at least one, none empty. */
export interface H265AccessUnit extends UnitBase {
  readonly codec: 'H265'
  readonly nalus: readonly Uint8Array[]
}

/** One temporal unit of AV1: its OBUs in order, without size fields and temporal delimiters. */
export interface AV1TemporalUnit extends UnitBase {
  readonly codec: 'AV1'
  readonly obus: readonly Uint8Array[]
}

/** One frame of VP8. */
export interface VP8Frame extends UnitBase {
  readonly codec: 'VP8'
  readonly frame: Uint8Array
}

/** One frame of VP9; with spatial layers, one layer of a frame. */
export interface VP9Frame extends UnitBase {
  readonly codec: 'VP9'
  readonly frame: Uint8Array
}

/** One JPEG image, a whole file from SOI to EOI. */
export interface MJPEGImage extends UnitBase {
  readonly codec: 'MJPEG'
  readonly image: Uint8Array
}

/** One frame of MPEG-4 Visual with the headers in front of it. */
export interface MPEG4VideoFrame extends UnitBase {
  readonly codec: 'MPEG4Video'
  readonly frame: Uint8Array
}

/** One picture of MPEG-1 or MPEG-2 video with the headers in front of it. */
export interface MPEG1VideoFrame extends UnitBase {
  readonly codec: 'MPEG1Video'
  readonly frame: Uint8Array
}

/** Whole packets of a transport stream, 188 bytes each, one after the other. */
export interface MPEGTSChunk extends UnitBase {
  readonly codec: 'MPEGTS'
  readonly data: Uint8Array
}

/** One KLV unit (SMPTE 336M), key and length included. */
export interface KLVUnit extends UnitBase {
  readonly codec: 'KLV'
  readonly data: Uint8Array
}

/** One metadata document; text is UTF-8, other encodings are left as they are. */
export interface ONVIFMetadataDocument extends UnitBase {
  readonly codec: 'ONVIFMetadata'
  readonly document: Uint8Array
}

/** One frame of an audio codec, or one stretch of samples of G711, G726, G722 and LPCM; no payload header. */
export interface DataUnit<Codec extends Format['codec']> extends UnitBase {
  readonly codec: Codec
  readonly data: Uint8Array
}

/** Which unit belongs to which codec; codecs that are not here have a `DataUnit`. */
interface UnitByCodec {
  readonly H264: H264AccessUnit
  readonly H265: H265AccessUnit
  readonly AV1: AV1TemporalUnit
  readonly VP8: VP8Frame
  readonly VP9: VP9Frame
  readonly MJPEG: MJPEGImage
  readonly MPEG4Video: MPEG4VideoFrame
  readonly MPEG1Video: MPEG1VideoFrame
  readonly MPEGTS: MPEGTSChunk
  readonly KLV: KLVUnit
  readonly ONVIFMetadata: ONVIFMetadataDocument
}

/** Type of the units of a format: `UnitOf<H264Format>` is `H264AccessUnit`, `UnitOf<Format>` the union of all. */
export type UnitOf<F extends Format> = F extends Format
  ? F['codec'] extends keyof UnitByCodec
    ? UnitByCodec[F['codec']]
    : DataUnit<F['codec']>
  : never

/** Any unit; `switch (unit.codec)` narrows it. */
export type Unit = UnitOf<Format>

/** What a packetizer needs of a unit: everything but what only a receiver can say. */
export type OutgoingUnit<U extends UnitBase> = U extends UnitBase ? Omit<U, 'isRandomAccess' | 'corrupted'> : never
