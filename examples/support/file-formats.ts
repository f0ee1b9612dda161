/** From a track of a file to what RTSP needs of it: a format for the SDP, and the units in its packets. */

import type { EncodedPacket, InputAudioTrack, InputTrack, InputVideoTrack } from 'mediabunny'
import { h264Format, h265Format, mpeg4AudioFormat, opusFormat, type Format, type OutgoingUnit, type Unit } from 'rxrtsp'
import { configOfAdts, stripAdtsHeader } from './adts.ts'
import {
  isDelimiter,
  parameterSetsOf,
  readDecoderRecord,
  splitAnnexB,
  splitLengthPrefixed,
  type VideoCodec,
} from './nal-units.ts'

/** How a track goes out. */
export interface TrackReading {
  readonly format: Format
  /** The unit in a packet of the file; `timestamp` in ticks of the format's clock. */
  readonly unitOf: (packet: EncodedPacket, timestamp: number) => OutgoingUnit<Unit>
}

const videoCodecs: Readonly<Record<string, VideoCodec>> = { avc: 'H264', hevc: 'H265' }

/** Undefined for a codec that this example does not serve. `first` is the packet with which playing begins. */
export async function readTrack(
  track: InputTrack,
  first: EncodedPacket,
  payloadType: number,
): Promise<TrackReading | undefined> {
  const codec = await track.getCodec()
  const videoCodec = videoCodecs[codec ?? '']
  if (track.isVideoTrack() && videoCodec !== undefined) return readVideo(track, videoCodec, first, payloadType)
  if (track.isAudioTrack() && codec === 'aac') return readAac(track, first, payloadType)
  if (track.isAudioTrack() && codec === 'opus') return readOpus(track, payloadType)
  return undefined
}

async function readVideo(
  track: InputVideoTrack,
  codec: VideoCodec,
  first: EncodedPacket,
  payloadType: number,
): Promise<TrackReading> {
  const config = await track.getDecoderConfig()
  // MP4 has the parameter sets beside the pictures and lengths before the units; MPEG-TS has start codes and all in one.
  const recordBytes = bytesOf(config?.description)
  const record = recordBytes && readDecoderRecord(codec, recordBytes)
  const split = (data: Uint8Array) => (record ? splitLengthPrefixed(data, record.lengthBytes) : splitAnnexB(data))
  const sets = parameterSetsOf(codec, record?.nalus ?? split(first.data))
  const [vps, sps, pps] = [sets.vps[0], sets.sps[0], sets.pps[0]]
  if (sps === undefined || pps === undefined) throw new Error(`the ${codec} track has no parameter sets`)
  const allSets = [...sets.vps, ...sets.sps, ...sets.pps]
  const nalusOf = (packet: EncodedPacket): Uint8Array[] => {
    const nalus = split(packet.data).filter((nalu) => !isDelimiter(codec, nalu))
    // A reader that comes later, or over UDP, may need them again.
    const lacksSets = packet.type === 'key' && parameterSetsOf(codec, nalus).sps.length === 0
    return lacksSets ? [...allSets, ...nalus] : nalus
  }
  if (codec === 'H264') {
    const format = h264Format({ payloadType, sps, pps })
    return { format, unitOf: (packet, timestamp) => ({ codec, timestamp, nalus: nalusOf(packet) }) }
  }
  const format = h265Format({ payloadType, sps, pps, ...(vps && { vps }) })
  return { format, unitOf: (packet, timestamp) => ({ codec, timestamp, nalus: nalusOf(packet) }) }
}

async function readAac(track: InputAudioTrack, first: EncodedPacket, payloadType: number): Promise<TrackReading> {
  const config = await track.getDecoderConfig()
  const record = bytesOf(config?.description)
  const format = mpeg4AudioFormat({ payloadType, config: record ?? configOfAdts(first.data) })
  const dataOf = ({ data }: EncodedPacket) => (record ? data : stripAdtsHeader(data))
  return { format, unitOf: (packet, timestamp) => ({ codec: 'MPEG4Audio', timestamp, data: dataOf(packet) }) }
}

async function readOpus(track: InputAudioTrack, payloadType: number): Promise<TrackReading> {
  const format = opusFormat({ payloadType, channelCount: await track.getNumberOfChannels() })
  return { format, unitOf: ({ data }, timestamp) => ({ codec: 'Opus', timestamp, data }) }
}

/** WebCodecs allows buffers and views of them. */
function bytesOf(source: unknown): Uint8Array | undefined {
  if (source instanceof ArrayBuffer) return new Uint8Array(source)
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : undefined
}
