/** One way to all packetizers, the reverse of `createDepacketizer`. */

import { rtspError } from '../../contracts/rtsp-error.ts'
import type { Format } from '../format.ts'
import type { Unit, UnitOf } from '../units.ts'
import { AC3Packetizer } from './ac3-packetizer.ts'
import { AV1Packetizer } from './av1-packetizer.ts'
import { H264UnitPacketizer } from './h264-unit-packetizer.ts'
import { H265Packetizer } from './h265-packetizer.ts'
import { KLVPacketizer } from './klv-packetizer.ts'
import { MPEG4AudioLATMPacketizer } from './latm-packetizer.ts'
import { MJPEGPacketizer } from './mjpeg-packetizer.ts'
import { MPEG1AudioPacketizer } from './mpeg1-audio-packetizer.ts'
import { MPEG1VideoPacketizer } from './mpeg1-video-packetizer.ts'
import { MPEG4AudioUnitPacketizer } from './mpeg4-audio-unit-packetizer.ts'
import { MPEG4VideoPacketizer } from './mpeg4-video-packetizer.ts'
import { MPEGTSPacketizer } from './mpeg-ts-packetizer.ts'
import { ONVIFMetadataPacketizer } from './onvif-metadata-packetizer.ts'
import type { PacketizerOptions } from './packet-options.ts'
import type { Packetizer } from './packetizer.ts'
import { PayloadPacketizer } from './payload-packetizer.ts'
import { SamplePacketizer } from './sample-packetizer.ts'
import { VorbisPacketizer } from './vorbis-packetizer.ts'
import { VP8Packetizer } from './vp8-packetizer.ts'
import { VP9Packetizer } from './vp9-packetizer.ts'

/** Options of a packetizer whose payload type comes from its format. */
export type PacketizeOptions = Omit<PacketizerOptions, 'payloadType'>

/**
 * A packetizer for the units of a format; their type follows from the type of the format.
 *
 * ```ts
 * const packetizer = createPacketizer(h264Format({ payloadType: 96 }), { ssrc: 1, initialSequenceNumber: 0 })
 * for (const packet of packetizer.packetize({ codec: 'H264', timestamp: 0, nalus })) stream.writeRtp(0, packet)
 * ```
 *
 * Throws `ERR_RTSP_USAGE` when an option is out of range, and for formats that promise receivers something else than the
 * packetizers send: H264 in another mode than 1, H265 with decoding order numbers.
 */
export function createPacketizer<F extends Format>(format: F, options: PacketizeOptions): Packetizer<UnitOf<F>>
export function createPacketizer(format: Format, options: PacketizeOptions): Packetizer<Unit> {
  const all: PacketizerOptions = { ...options, payloadType: format.payloadType }
  switch (format.codec) {
    case 'H264':
      if (format.packetizationMode !== 1)
        throw rtspError('ERR_RTSP_USAGE', 'H264 is sent with packetization-mode=1 only')
      return new H264UnitPacketizer(all)
    case 'H265':
      if (format.maxDonDiff !== 0) throw rtspError('ERR_RTSP_USAGE', 'H265 with sprop-max-don-diff is not supported')
      return new H265Packetizer(all)
    case 'AV1':
      return new AV1Packetizer(all)
    case 'VP8':
      return new VP8Packetizer(all)
    case 'VP9':
      return new VP9Packetizer(all)
    case 'MJPEG':
      return new MJPEGPacketizer(all)
    case 'MPEG4Video':
      return new MPEG4VideoPacketizer(all)
    case 'MPEG1Video':
      return new MPEG1VideoPacketizer(all)
    case 'MPEGTS':
      return new MPEGTSPacketizer(all)
    case 'KLV':
      return new KLVPacketizer(all)
    case 'ONVIFMetadata':
      return new ONVIFMetadataPacketizer(all)
    case 'MPEG4Audio':
      return new MPEG4AudioUnitPacketizer(format, all)
    case 'MPEG4AudioLATM':
      return new MPEG4AudioLATMPacketizer(all)
    case 'MPEG1Audio':
      return new MPEG1AudioPacketizer(all)
    case 'AC3':
      return new AC3Packetizer(all)
    case 'Vorbis':
      return new VorbisPacketizer(format, all)
    case 'LPCM':
    case 'G711':
    case 'G722':
    case 'G726':
      return new SamplePacketizer(format, all)
    case 'Opus':
    case 'Speex':
    case 'generic':
      return new PayloadPacketizer(all)
  }
}
