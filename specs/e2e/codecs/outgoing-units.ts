// Packets of a file, as ffmpeg's demuxer gives them, to units for a packetizer: the way back of `elementary-stream.ts`.
import type { Format } from '../../../src/formats/format.ts'
import type { OutgoingUnit, Unit } from '../../../src/formats/units.ts'
import { splitAnnexB } from '../elementary-streams.ts'
import { obusOf } from './obus.ts'
import type { SourcePacket } from './source.ts'

/** A unit for the packetizer of `format`, its time counted from 0. */
export const outgoingUnit = (format: Format, { bytes, seconds }: SourcePacket): OutgoingUnit<Unit> => {
  const timestamp = Math.round(seconds * format.clockRateHz)
  switch (format.codec) {
    case 'H264':
    case 'H265':
      return { codec: format.codec, timestamp, nalus: splitAnnexB(Buffer.from(bytes)) }
    case 'AV1':
      return { codec: 'AV1', timestamp, obus: obusOf(bytes) }
    case 'VP8':
    case 'VP9':
    case 'MPEG1Video':
    case 'MPEG4Video':
      return { codec: format.codec, timestamp, frame: bytes }
    case 'MJPEG':
      return { codec: 'MJPEG', timestamp, image: bytes }
    case 'ONVIFMetadata':
      return { codec: 'ONVIFMetadata', timestamp, document: bytes }
    case 'MPEG4AudioLATM':
      return { codec: 'MPEG4AudioLATM', timestamp, data: latmElement(bytes) }
    default:
      return { codec: format.codec, timestamp, data: bytes }
  }
}

/** PayloadLengthInfo and the frame, for a configuration out of band (ISO 14496-3 tables 1.44 and 1.45). */
const latmElement = (frame: Uint8Array): Buffer => {
  const length = [...Array.from({ length: Math.floor(frame.length / 255) }, () => 255), frame.length % 255]
  return Buffer.concat([Buffer.from(length), frame])
}
