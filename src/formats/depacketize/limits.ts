/**
 * Most bytes and parts of one unit. A peer decides how long it goes on without ending a unit, so every buffer has its bound
 * here; the byte limits are those that decoders in the field have. `DepacketizeOptions` replaces them.
 */
export const unitLimits = {
  h264Bytes: 8 * 1024 * 1024,
  h265Bytes: 8 * 1024 * 1024,
  av1Bytes: 3 * 1024 * 1024,
  vp8Bytes: 2 * 1024 * 1024,
  vp9Bytes: 2 * 1024 * 1024,
  mpeg4VideoBytes: 1024 * 1024,
  mpeg1VideoBytes: 1024 * 1024,
  mjpegBytes: 4 * 1024 * 1024,
  klvBytes: 1024 * 1024,
  /** What 13 bits of size can say; eight channels of AAC take 6144 bytes at most (ISO 14496-3 section 4.5.3). */
  mpeg4AudioBytes: 8191,
  mpeg4AudioLATMBytes: 1024 * 1024,
  vorbisBytes: 64 * 1024,
  onvifMetadataBytes: 1024 * 1024,
  /** NAL units of an access unit, OBUs of a temporal unit: a picture of 8K cut into slices of one row of blocks has 270. */
  parts: 512,
} as const

/** What a depacketizer may be told. */
export interface DepacketizeOptions {
  /** Most bytes of one unit, 1..2^30. The default depends on the codec, see `unitLimits`. */
  readonly maxUnitBytes?: number
  /** Most NAL units or OBUs of one unit, 1..65535. Default 512. */
  readonly maxUnitParts?: number
}
