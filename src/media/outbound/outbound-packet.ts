import { rtspError } from '../../contracts/rtsp-error.ts'
import { ptsEqualsDts } from '../../formats/pts-equals-dts.ts'
import { startsRandomAccess } from '../../formats/random-access.ts'
import { payloadEnd, payloadStart, readUint16, readUint32 } from './rtp-layout.ts'
import { FormatTrack, MediaTrack, type StreamTracks } from './stream-tracks.ts'

const noFormat = new FormatTrack(0, 0, { codec: 'generic', payloadType: 0, clockRateHz: 0, rtpmap: '' }, 0)
const noMedia = new MediaTrack(
  0,
  { type: '', id: '', isBackChannel: false, profile: 'AVP', control: '', formats: [] },
  [],
)

/**
 * What a hub has to know of a packet that is written to it. One object that is filled again for every packet, so that
 * looking at a packet allocates at most the view of its payload, and that only for codecs where something hangs on it.
 */
export class OutboundPacket {
  media: MediaTrack = noMedia
  track: FormatTrack = noFormat
  sequenceNumber = 0
  timestamp = 0
  marker = false
  /** Payload without padding. */
  octets = 0
  /** PTS equals DTS. */
  isAnchor = false
  /** A decoder can start here. Only looked at in video. */
  isRandomAccess = false

  /**
   * Reads a packet that is to be sent in a media of the stream. Throws `ERR_RTSP_USAGE` when the stream has no such
   * media or payload type, and for a packet that is malformed or longer than `maxPacketBytes`.
   */
  read(tracks: StreamTracks, mediaIndex: number, rtp: Uint8Array, maxPacketBytes: number): void {
    const media = tracks.medias[mediaIndex]
    if (media === undefined) throw rtspError('ERR_RTSP_USAGE', `the stream has no media ${mediaIndex}`)
    if (rtp.length > maxPacketBytes) throw tooBig('RTP', rtp.length, maxPacketBytes)
    const start = payloadStart(rtp)
    const end = start < 0 ? -1 : payloadEnd(rtp, start)
    if (end < 0) throw rtspError('ERR_RTSP_USAGE', 'the RTP packet is malformed')
    const payloadType = (rtp[1] ?? 0) & 0x7f
    const track = media.byPayloadType[payloadType]
    if (track === undefined) {
      throw rtspError('ERR_RTSP_USAGE', `media ${mediaIndex} has no format with payload type ${payloadType}`)
    }
    this.media = media
    this.track = track
    this.sequenceNumber = readUint16(rtp, 2)
    this.timestamp = readUint32(rtp, 4)
    this.marker = ((rtp[1] ?? 0) & 0x80) !== 0
    this.octets = end - start
    this.isAnchor = true
    this.isRandomAccess = media.isVideo
    const looksForRandomAccess = media.isVideo && track.looksForRandomAccess
    if (!track.looksForAnchors && !looksForRandomAccess) return
    const payload = rtp.subarray(start, end)
    if (track.looksForAnchors) this.isAnchor = ptsEqualsDts(track.format, payload)
    if (looksForRandomAccess) this.isRandomAccess = startsRandomAccess(track.format, payload)
  }
}

/** Throws `ERR_RTSP_USAGE` for RTCP that is longer than `maxPacketBytes` or too short to be any. */
export function checkRtcp(rtcp: Uint8Array, maxPacketBytes: number): void {
  if (rtcp.length > maxPacketBytes) throw tooBig('RTCP', rtcp.length, maxPacketBytes)
  if (rtcp.length < 4) throw rtspError('ERR_RTSP_USAGE', 'the RTCP packet is too short')
}

function tooBig(name: string, bytes: number, maxPacketBytes: number): Error {
  return rtspError(
    'ERR_RTSP_USAGE',
    `the ${name} packet of ${bytes} bytes is too big, at most ${maxPacketBytes} can be sent`,
  )
}
