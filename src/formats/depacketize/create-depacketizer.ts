/** One way to all depacketizers, so that whoever handles any format needs no table of classes. */

import type { Format } from '../format.ts'
import { sampleGroupOf } from '../sample-groups.ts'
import type { Unit, UnitOf } from '../units.ts'
import { AC3Depacketizer } from './ac3-depacketizer.ts'
import { AV1Depacketizer } from './av1-depacketizer.ts'
import type { Depacketizer } from './depacketizer.ts'
import { H264Depacketizer } from './h264-depacketizer.ts'
import { H265Depacketizer } from './h265-depacketizer.ts'
import { KLVDepacketizer } from './klv-depacketizer.ts'
import { MPEG4AudioLATMDepacketizer } from './latm-depacketizer.ts'
import type { DepacketizeOptions } from './limits.ts'
import { MJPEGDepacketizer } from './mjpeg-depacketizer.ts'
import { MPEG1AudioDepacketizer } from './mpeg1-audio-depacketizer.ts'
import { MPEG1VideoDepacketizer } from './mpeg1-video-depacketizer.ts'
import { MPEG4AudioDepacketizer } from './mpeg4-audio-depacketizer.ts'
import { MPEG4VideoDepacketizer } from './mpeg4-video-depacketizer.ts'
import { MPEGTSDepacketizer } from './mpeg-ts-depacketizer.ts'
import { ONVIFMetadataDepacketizer } from './onvif-metadata-depacketizer.ts'
import { PayloadDepacketizer } from './payload-depacketizer.ts'
import { VorbisDepacketizer } from './vorbis-depacketizer.ts'
import { VP8Depacketizer } from './vp8-depacketizer.ts'
import { VP9Depacketizer } from './vp9-depacketizer.ts'

/**
 * A depacketizer for the packets of a format; the type of its units follows from the type of the format.
 *
 * ```ts
 * const depacketizer = createDepacketizer(h264Format({ payloadType: 96 }))
 * for (const unit of depacketizer.push(packet)) save(unit.timestamp, unit.nalus)
 * ```
 *
 * Throws `ERR_RTSP_USAGE` for a format that cannot be taken apart (H265 with decoding order numbers).
 */
export function createDepacketizer<F extends Format>(format: F, options?: DepacketizeOptions): Depacketizer<UnitOf<F>>
export function createDepacketizer(format: Format, options: DepacketizeOptions = {}): Depacketizer<Unit> {
  switch (format.codec) {
    case 'H264':
      return new H264Depacketizer(options)
    case 'H265':
      return new H265Depacketizer(format, options)
    case 'AV1':
      return new AV1Depacketizer(options)
    case 'VP8':
      return new VP8Depacketizer(options)
    case 'VP9':
      return new VP9Depacketizer(options)
    case 'MJPEG':
      return new MJPEGDepacketizer(options)
    case 'MPEG4Video':
      return new MPEG4VideoDepacketizer(options)
    case 'MPEG1Video':
      return new MPEG1VideoDepacketizer(options)
    case 'MPEGTS':
      return new MPEGTSDepacketizer()
    case 'KLV':
      return new KLVDepacketizer(options)
    case 'ONVIFMetadata':
      return new ONVIFMetadataDepacketizer(format, options)
    case 'MPEG4Audio':
      return new MPEG4AudioDepacketizer(format, options)
    case 'MPEG4AudioLATM':
      return new MPEG4AudioLATMDepacketizer(options)
    case 'MPEG1Audio':
      return new MPEG1AudioDepacketizer(format)
    case 'AC3':
      return new AC3Depacketizer(format)
    case 'Vorbis':
      return new VorbisDepacketizer(format, options)
    case 'G711':
    case 'G722':
    case 'G726':
    case 'LPCM':
      return new PayloadDepacketizer(format.codec, sampleGroupOf(format).bytes)
    case 'Opus':
    case 'Speex':
    case 'generic':
      return new PayloadDepacketizer(format.codec)
  }
}
