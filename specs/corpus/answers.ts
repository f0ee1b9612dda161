/**
 * Which parser answers for which input, and what it owes: a value or the typed failure. What it gives is used once more (a
 * unit is packetized, a message written again), and that may refuse as well, but with a code of ours only.
 */
import { isFailure, type Failure } from '../../src/contracts/failure.ts'
import { RtspError } from '../../src/contracts/rtsp-error.ts'
import * as create from '../../src/formats/create-format.ts'
import { createDepacketizer } from '../../src/formats/depacketize/create-depacketizer.ts'
import type { Format } from '../../src/formats/format.ts'
import { createPacketizer } from '../../src/formats/packetize/create-packetizer.ts'
import { ptsEqualsDts } from '../../src/formats/pts-equals-dts.ts'
import { startsRandomAccess } from '../../src/formats/random-access.ts'
import { readDescription } from '../../src/formats/read-description.ts'
import { writeDescription } from '../../src/formats/write-description.ts'
import { parseAuthenticate } from '../../src/wire/headers/authenticate.ts'
import { parseAuthorization } from '../../src/wire/headers/authorization.ts'
import { parseKeyMgmt } from '../../src/wire/headers/key-mgmt.ts'
import { parseKeyValues } from '../../src/wire/headers/key-values.ts'
import { parseRange } from '../../src/wire/headers/range.ts'
import { parseRtpInfo } from '../../src/wire/headers/rtp-info.ts'
import { parseSession } from '../../src/wire/headers/session.ts'
import { decodeText } from '../../src/wire/headers/text.ts'
import { parseTransports } from '../../src/wire/headers/transport.ts'
import { encodeMikey, parseMikey } from '../../src/wire/mikey/mikey-message.ts'
import { encodeRtcp } from '../../src/wire/rtcp/encode-rtcp.ts'
import { parseRtcp } from '../../src/wire/rtcp/parse-rtcp.ts'
import { parseRtp, type RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import { parseSdp } from '../../src/wire/sdp/parse-sdp.ts'
import { writeSdp } from '../../src/wire/sdp/write-sdp.ts'
import { concat, feed } from '../wire/rtsp/feed.ts'
import type { FuzzInput } from './corpus.ts'

/** Answers for one input: the values and failures that came out, at least one. */
type Answer = (first: Uint8Array, second: Uint8Array) => readonly unknown[]

const config = Uint8Array.of(0x11, 0x90)
const configuration = Uint8Array.of(0, 0, 0, 1, 0xab, 0xcd, 0xef)

const decoders: Readonly<Record<string, readonly Format[]>> = {
  rtpac3: [create.ac3Format({ payloadType: 96, sampleRateHz: 48_000, channelCount: 2 })],
  rtpav1: [create.av1Format({ payloadType: 96 })],
  rtpfragmented: [create.mpeg4AudioLATMFormat({ payloadType: 96 }), create.mpeg4VideoFormat({ payloadType: 96 })],
  rtph264: [create.h264Format({ payloadType: 96 })],
  rtph265: [create.h265Format({ payloadType: 96 })],
  rtpklv: [create.klvFormat({ payloadType: 96 })],
  rtplpcm: [create.lpcmFormat({ payloadType: 96, bitDepth: 16, sampleRateHz: 48_000, channelCount: 2 })],
  rtpmjpeg: [create.mjpegFormat()],
  rtpmpeg1audio: [create.mpeg1AudioFormat()],
  rtpmpeg1video: [create.mpeg1VideoFormat()],
  rtpmpeg4audio: [create.mpeg4AudioFormat({ payloadType: 96, config })],
  rtpmpegts: [create.mpegTSFormat()],
  rtpvp8: [create.vp8Format({ payloadType: 96 })],
  rtpvp9: [create.vp9Format({ payloadType: 96 })],
}

/** Codecs that have no stream in the collection; they get those of the others. */
const more: readonly Format[] = [
  create.opusFormat({ payloadType: 96, channelCount: 6 }),
  create.speexFormat({ payloadType: 96, sampleRateHz: 16_000 }),
  create.vorbisFormat({ payloadType: 96, sampleRateHz: 48_000, channelCount: 2, configuration }),
  create.g711Format({ payloadType: 96, isMuLaw: true }),
  create.g722Format(),
  create.g726Format({ payloadType: 96, bitrateKbps: 24 }),
  create.onvifMetadataFormat({ payloadType: 96 }),
  create.genericFormat({ payloadType: 96 }),
]

/** Every format of `decoders` and `more`: a hostile stream need not be of the codec that it was found for. */
const allFormats: readonly Format[] = [...Object.values(decoders).flat(), ...more]

const answers: Readonly<Record<string, Answer>> = {
  'auth/FuzzVerify': header(parseAuthorization),
  'base/FuzzBodyUnmarshal': (length, body) =>
    framed(concat('OPTIONS * RTSP/1.0\r\nContent-Length: ', length, '\r\n\r\n', body)),
  'base/FuzzHeaderUnmarshal': (bytes) => framed(concat('OPTIONS * RTSP/1.0\r\n', bytes, '\r\n\r\n')),
  'base/FuzzInterleavedFrameUnmarshal': (bytes) => framed(concat(bytes, '\r\n\r\n')),
  'base/FuzzRequestUnmarshal': (bytes) => framed(concat(bytes, '\r\n\r\n')),
  'base/FuzzResponseUnmarshal': (bytes) => framed(concat(bytes, '\r\n\r\n')),
  'description/FuzzSessionUnmarshal': described,
  'format/FuzzUnmarshal': described,
  'sdpunmarshaler/FuzzUnmarshal': described,
  'format/FuzzH264PTSEqualsDTS': (payload) => examined(create.h264Format({ payloadType: 96 }), payload),
  'format/FuzzH265PTSEqualsDTS': (payload) => examined(create.h265Format({ payloadType: 96 }), payload),
  'headers/FuzzAuthenticateUnmarshal': header(parseAuthenticate),
  'headers/FuzzAuthorizationUnmarshal': header(parseAuthorization),
  'headers/FuzzKeyMgmtUnmarshal': header(parseKeyMgmt),
  'headers/FuzzKeyValParse': header((value) => parseKeyValues(value, ',', 'ERR_RTSP_HEADER')),
  'headers/FuzzRTPInfoUnmarshal': header(parseRtpInfo),
  'headers/FuzzRangeUnmarshal': header(parseRange),
  'headers/FuzzSessionUnmarshal': header(parseSession),
  'headers/FuzzTransportsUnmarshal': header(parseTransports),
  'mikey/FuzzUnmarshal': (bytes) => {
    const message = parseMikey(bytes)
    return [isFailure(message) ? message : encodeMikey(message)]
  },
  'rtcpunmarshaler/FuzzUnmarshal': (bytes) => {
    const packets = parseRtcp(bytes)
    return [isFailure(packets) ? packets : encodeRtcp(packets)]
  },
  ...Object.fromEntries(
    Object.entries(decoders).map(([folder, formats]) => [
      `format/${folder}/FuzzDecoder`,
      (stream: Uint8Array) => formats.flatMap((format) => depacketized(format, stream)),
    ]),
  ),
}

/** What came of the input. Throws when nobody answers for its target, or somebody throws anything but an `RtspError`. */
export function answersFor({ target, args }: FuzzInput): readonly unknown[] {
  const answer = answers[target]
  if (answer === undefined) throw new Error(`no parser answers for ${target}`)
  return answer(args[0] ?? new Uint8Array(0), args[1] ?? new Uint8Array(0))
}

/** What all depacketizers make of a stream. */
export function answersOfAllFormats(stream: Uint8Array): readonly unknown[] {
  return allFormats.flatMap((format) => depacketized(format, stream))
}

function header(parse: (value: string) => unknown): Answer {
  return (bytes) => [parse(decodeText(bytes))]
}

function framed(bytes: Uint8Array): readonly unknown[] {
  const { events, framer } = feed([bytes])
  return [events, framer]
}

function described(bytes: Uint8Array): readonly unknown[] {
  return [true, false].flatMap((strict) => {
    const document = parseSdp(bytes, { strict })
    const description = readDescription(bytes, { strict })
    if (isFailure(description)) return [isFailure(document) ? document : writeSdp(document), description]
    const formats = description.medias.flatMap((media) => media.formats)
    const isWhole = formats.every(({ codec, clockRateHz }) => codec === 'generic' || clockRateHz > 0)
    if (formats.length === 0 || !isWhole) throw new Error('a description without formats, or a format without a clock')
    return [writeDescription(description)]
  })
}

function examined(format: Format, payload: Uint8Array): readonly unknown[] {
  return [ptsEqualsDts(format, payload), startsRandomAccess(format, payload)]
}

/** Takes the stream apart and packetizes what comes out. */
function depacketized(format: Format, stream: Uint8Array): readonly unknown[] {
  const depacketizer = createDepacketizer(format)
  const packetizer = createPacketizer(format.codec === 'H264' ? { ...format, packetizationMode: 1 } : format, {
    ssrc: 1,
    initialSequenceNumber: 0,
  })
  const results: unknown[] = []
  for (const packet of packetsIn(stream)) {
    if (isFailure(packet)) {
      results.push(packet)
      continue
    }
    for (const unit of depacketizer.push(packet)) {
      const { nalus, obus, frame, image, document, data }: Record<string, unknown> = { ...unit }
      const parts = [nalus, obus]
        .flat()
        .concat(frame, image, document, data)
        .filter((part) => part !== undefined)
      const isFull = parts.every((part) => part instanceof Uint8Array && part.length > 0)
      if (parts.length === 0 || !isFull) throw new Error(`an empty unit of ${format.codec}`)
      results.push(
        unit,
        valueOrError(() => packetizer.packetize(unit)),
      )
    }
    results.push(depacketizer.lastProblem)
  }
  return [...results, depacketizer.problemCount]
}

function valueOrError(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    if (error instanceof RtspError) return error
    throw error
  }
}

/** Packets behind their sizes, 32 bits with the least significant byte first; the last may be cut off. */
function packetsIn(stream: Uint8Array): (RtpPacket | Failure)[] {
  const packets: (RtpPacket | Failure)[] = []
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length)
  for (let at = 0; at + 4 <= stream.length;) {
    const start = at + 4
    at = start + view.getUint32(at, true)
    packets.push(parseRtp(stream.subarray(start, at)))
  }
  return packets
}
