/**
 * Payload formats as plain readonly data, one member of a union per codec, discriminated by `codec`. There are no methods:
 * what differs by codec (SDP, the PTS predicate, random access) is a function with one `switch`, so a format can travel
 * in messages, be printed and compared.
 *
 * Byte fields (`sps`, `config`, ...) are owned by the format: whoever builds one hands them over and does not write to
 * them afterwards.
 */

/** What every format has. */
export interface FormatBase {
  /** RTP payload type: 0..255 as SDP allows it to be written, 0..127 to be of any use (RFC 3550 section 5.1). */
  readonly payloadType: number
  /**
   * RTP clock in Hz. Only a `generic` format may have 0, which means unknown and switches off reports, presentation
   * times and NTP for it.
   */
  readonly clockRateHz: number
}

/** AV1 (AOM, RTP payload format for AV1, section 7.1). */
export interface AV1Format extends FormatBase {
  readonly codec: 'AV1'
  readonly levelIndex?: number
  readonly profile?: number
  readonly tier?: number
}

/** VP9 (RFC 9628). */
export interface VP9Format extends FormatBase {
  readonly codec: 'VP9'
  /** Frames per second the decoder can take. */
  readonly maxFrameRate?: number
  /** Macroblocks per frame the decoder can take. */
  readonly maxFrameSize?: number
  readonly profileId?: number
}

/** VP8 (RFC 7741). */
export interface VP8Format extends FormatBase {
  readonly codec: 'VP8'
  readonly maxFrameRate?: number
  readonly maxFrameSize?: number
}

/** H.265 (RFC 7798). Parameter sets are NAL units with their two header bytes and without a start code. */
export interface H265Format extends FormatBase {
  readonly codec: 'H265'
  readonly vps?: Uint8Array
  readonly sps?: Uint8Array
  readonly pps?: Uint8Array
  /** `sprop-max-don-diff`; 0 means that NAL units travel in decoding order. */
  readonly maxDonDiff: number
}

/** H.264 (RFC 6184). Parameter sets are NAL units with their header byte and without a start code. */
export interface H264Format extends FormatBase {
  readonly codec: 'H264'
  readonly sps?: Uint8Array
  readonly pps?: Uint8Array
  /** 0: single NAL units, 1: non-interleaved, 2: interleaved (section 6.2). Absent in SDP means 0. */
  readonly packetizationMode: number
}

/** MPEG-4 Visual (RFC 6416 section 7.1). */
export interface MPEG4VideoFormat extends FormatBase {
  readonly codec: 'MPEG4Video'
  readonly profileLevelId: number
  /** Visual object sequence, visual object and video object layer headers, from 00 00 01 B0. */
  readonly config?: Uint8Array
}

/** Opus, also with more than two channels (RFC 7587; `multiopus` as libwebrtc writes it). */
export interface OpusFormat extends FormatBase {
  readonly codec: 'Opus'
  /** 1..255. */
  readonly channelCount: number
}

/** Vorbis (RFC 5215). */
export interface VorbisFormat extends FormatBase {
  readonly codec: 'Vorbis'
  readonly sampleRateHz: number
  readonly channelCount: number
  /** Packed headers, section 3.2.1. */
  readonly configuration: Uint8Array
}

/** MPEG-4 audio in mode AAC-hbr (RFC 3640 section 3.3.6). */
export interface MPEG4AudioFormat extends FormatBase {
  readonly codec: 'MPEG4Audio'
  readonly profileLevelId: number
  /** AudioSpecificConfig, ISO 14496-3 section 1.6.2.1. */
  readonly config: Uint8Array
  /** Rate of the core decoder; with SBR the output has twice that. The RTP clock is `clockRateHz`. */
  readonly sampleRateHz: number
  /** Channels of the output. */
  readonly channelCount: number
  /** Bits of the size field of an AU header, 1..100. */
  readonly sizeLength: number
  readonly indexLength: number
  readonly indexDeltaLength: number
}

/** MPEG-4 audio as LATM (RFC 6416 section 7.3). */
export interface MPEG4AudioLATMFormat extends FormatBase {
  readonly codec: 'MPEG4AudioLATM'
  readonly profileLevelId: number
  /** Bits per second. */
  readonly bitrate?: number
  /** True: the configuration travels inside the stream. False: it is in `config`. */
  readonly isConfigInBand: boolean
  /** StreamMuxConfig, ISO 14496-3 table 1.42. Present if and only if it is not in band. */
  readonly config?: Uint8Array
  /** Audio object type of the config, 2, 5 or 29. */
  readonly objectType?: number
  readonly channelCount: number
  readonly isSbrEnabled?: boolean
}

/** AC-3 (RFC 4184). */
export interface AC3Format extends FormatBase {
  readonly codec: 'AC3'
  readonly sampleRateHz: number
  readonly channelCount: number
}

/** Speex (RFC 5574). */
export interface SpeexFormat extends FormatBase {
  readonly codec: 'Speex'
  readonly sampleRateHz: number
  /** `vbr=on` or `vbr=off`; absent when the sender does not say. */
  readonly isVariableBitrate?: boolean
}

/** G.726 (RFC 3551 section 4.5.4). */
export interface G726Format extends FormatBase {
  readonly codec: 'G726'
  readonly bitrateKbps: 16 | 24 | 32 | 40
  /** True for the `AAL2-` names: the first code word is in the most significant bits. */
  readonly isBigEndian: boolean
}

/** G.711 (RFC 3551 section 4.5.14). */
export interface G711Format extends FormatBase {
  readonly codec: 'G711'
  /** True: PCMU, false: PCMA. */
  readonly isMuLaw: boolean
  readonly sampleRateHz: number
  readonly channelCount: number
}

/** Uncompressed audio, big endian (RFC 3551 sections 4.5.10 and 4.5.11, RFC 3190). */
export interface LPCMFormat extends FormatBase {
  readonly codec: 'LPCM'
  readonly bitDepth: 8 | 16 | 24
  readonly sampleRateHz: number
  readonly channelCount: number
}

/** KLV metadata (RFC 6597). */
export interface KLVFormat extends FormatBase {
  readonly codec: 'KLV'
}

/** MPEG-1 and MPEG-2 video (RFC 2250 section 3). */
export interface MPEG1VideoFormat extends FormatBase {
  readonly codec: 'MPEG1Video'
}

/** JPEG (RFC 2435). */
export interface MJPEGFormat extends FormatBase {
  readonly codec: 'MJPEG'
}

/** MPEG-1 and MPEG-2 audio (RFC 2250 section 3). */
export interface MPEG1AudioFormat extends FormatBase {
  readonly codec: 'MPEG1Audio'
}

/** G.722 (RFC 3551 section 4.5.2: the RTP clock is 8000 although it samples at 16000). */
export interface G722Format extends FormatBase {
  readonly codec: 'G722'
}

/** MPEG transport stream (RFC 2250 section 2). */
export interface MPEGTSFormat extends FormatBase {
  readonly codec: 'MPEGTS'
}

/** Metadata of ONVIF devices: events, objects, positions (ONVIF Streaming Specification section 5.1.2.1.1). */
export interface ONVIFMetadataFormat extends FormatBase {
  readonly codec: 'ONVIFMetadata'
  /** How a document is written: as XML text, as text in gzip, or as EXI with the default or an extended vocabulary. */
  readonly encoding: 'xml' | 'gzip' | 'exi.onvif' | 'exi.ext'
}

/** Everything the library forwards without knowing what is inside. */
export interface GenericFormat extends FormatBase {
  readonly codec: 'generic'
  /** What followed the payload type in `a=rtpmap`, `''` when there was none. */
  readonly rtpmap: string
  /** What followed the payload type in `a=fmtp`, absent when there was none. */
  readonly fmtp?: string
}

/** Any payload format; `switch (format.codec)` narrows it. */
export type Format =
  | AV1Format
  | VP9Format
  | VP8Format
  | H265Format
  | H264Format
  | MPEG4VideoFormat
  | OpusFormat
  | VorbisFormat
  | MPEG4AudioFormat
  | MPEG4AudioLATMFormat
  | AC3Format
  | SpeexFormat
  | G726Format
  | G711Format
  | LPCMFormat
  | KLVFormat
  | MPEG1VideoFormat
  | MJPEGFormat
  | MPEG1AudioFormat
  | G722Format
  | MPEGTSFormat
  | ONVIFMetadataFormat
  | GenericFormat
