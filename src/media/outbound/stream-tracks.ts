import type { Entropy } from '../../contracts/entropy.ts'
import type { Millis, UnixMillis } from '../../contracts/units.ts'
import type { SessionDescription, Media } from '../../formats/description.ts'
import type { Format } from '../../formats/format.ts'
import { ptsEqualsDts } from '../../formats/pts-equals-dts.ts'
import { startsRandomAccess } from '../../formats/random-access.ts'
import type { ReplayWindow } from '../../wire/srtp/replay-window.ts'

/**
 * What a hub knows of the medias and formats of its stream. The cumulative counters of all of them lie in one flat
 * array, so that a reader's share is the difference of two copies and costs nothing while packets flow.
 */

/** Values of a format in `StreamTracks.totals`, from `formatIndex * formatFields`. */
export const formatFields = 3
export const packetsField = 0
export const octetsField = 1
export const bytesField = 2
/** Values of a media in `StreamTracks.totals`, from `rtcpBase + mediaIndex * mediaFields`. */
export const mediaFields = 2
export const rtcpPacketsField = 0
export const rtcpBytesField = 1

const noPayload = new Uint8Array(0)

/** One format of one media. */
export class FormatTrack {
  /** Index among all formats of the stream. */
  readonly index: number
  readonly mediaIndex: number
  readonly format: Format
  /** SSRC of every packet of this format that the stream sends. Not 0, unique in the stream. */
  readonly ssrc: number
  /** False: every packet is an anchor, whatever is in it. */
  readonly looksForAnchors: boolean
  /** False: every packet is a random access point. */
  readonly looksForRandomAccess: boolean
  /** Of the last packet; meaningless while nothing was written. */
  sequenceNumber = 0
  timestamp = 0
  ntp: UnixMillis = 0
  /** Wall time at which it was written, whatever `ntp` says. */
  writtenAt: UnixMillis = 0
  /** Of the last packet with PTS equal to DTS; `anchors` counts those packets. */
  anchors = 0
  anchorTimestamp = 0
  anchorNtp: UnixMillis = 0
  anchorAt: Millis = 0
  /** The same as it was at the end of the last burst, for a reader that stops in the middle of the next one. */
  flushedPackets = 0
  flushedSequenceNumber = 0
  flushedAnchors = 0
  flushedAnchorTimestamp = 0
  flushedAnchorNtp: UnixMillis = 0
  /** Packets times recipients. */
  deliveredPackets = 0
  /** Highest SRTP index so far, in a stream that can be encrypted; -1 before the first packet. */
  highestIndex = -1
  /** Which of the last indices are used; in such a stream, from the first packet on. */
  window: ReplayWindow | undefined = undefined

  constructor(index: number, mediaIndex: number, format: Format, ssrc: number) {
    this.index = index
    this.mediaIndex = mediaIndex
    this.format = format
    this.ssrc = ssrc
    this.looksForAnchors = !ptsEqualsDts(format, noPayload)
    this.looksForRandomAccess = !startsRandomAccess(format, noPayload)
  }
}

/** One media. */
export class MediaTrack {
  readonly index: number
  readonly isVideo: boolean
  readonly formats: readonly FormatTrack[]
  /** By payload type, 0..127. */
  readonly byPayloadType: readonly (FormatTrack | undefined)[]
  /** Readers that are armed or open and set this media up; and how many of them get it encrypted. */
  recipients = 0
  protectedRecipients = 0
  /** RTP and RTCP bytes, and RTCP packets, times recipients. */
  deliveredBytes = 0
  deliveredRtcpPackets = 0
  /** Time stamp of the access unit in progress. */
  unitTimestamp = 0
  /** The last packet ended its access unit: it had the marker, or there is none yet. */
  unitEnded = true
  /** The access unit in progress has had its random access point. */
  unitHasRandomAccess = false

  constructor(index: number, media: Media, formats: readonly FormatTrack[]) {
    this.index = index
    this.isVideo = media.type === 'video'
    this.formats = formats
    const byPayloadType = new Array<FormatTrack | undefined>(128).fill(undefined)
    // Formats with payload types that RTP cannot carry are never looked up.
    for (const track of formats) if (track.format.payloadType < 128) byPayloadType[track.format.payloadType] ??= track
    this.byPayloadType = byPayloadType
  }

  /**
   * Takes note of a packet: true when it is the first of an access unit, that is after a marker or with another time
   * stamp than the one before (RFC 3550 section 5.1).
   */
  beginsUnit(timestamp: number, marker: boolean): boolean {
    const begins = this.unitEnded || timestamp !== this.unitTimestamp
    if (begins) this.unitHasRandomAccess = false
    this.unitTimestamp = timestamp
    this.unitEnded = marker
    return begins
  }
}

/** All medias and formats of a stream, and their counters. */
export class StreamTracks {
  readonly medias: readonly MediaTrack[]
  readonly formats: readonly FormatTrack[]
  /** Cumulative counters of what was written to the stream; see `formatFields` and `mediaFields`. */
  readonly totals: Float64Array
  /** Where the medias begin in `totals`. */
  readonly rtcpBase: number

  constructor(description: SessionDescription, entropy: Entropy) {
    const formats: FormatTrack[] = []
    const used = new Set<number>([0])
    this.medias = description.medias.map((media, mediaIndex) => {
      const own = media.formats.map((format) => {
        const track = new FormatTrack(formats.length, mediaIndex, format, unusedSsrc(entropy, used))
        formats.push(track)
        return track
      })
      return new MediaTrack(mediaIndex, media, own)
    })
    this.formats = formats
    this.rtcpBase = formats.length * formatFields
    this.totals = new Float64Array(this.rtcpBase + this.medias.length * mediaFields)
  }

  /** A reader of the medias that are 1 in `receives` comes (1) or goes (-1). */
  countRecipients(receives: Uint8Array, isProtected: boolean, step: 1 | -1): void {
    for (const media of this.medias) {
      if (receives[media.index] !== 1) continue
      media.recipients += step
      if (isProtected) media.protectedRecipients += step
    }
  }

  /** A packet of a format was given to one more reader. */
  countDelivered(formatIndex: number, mediaIndex: number, bytes: number): void {
    const format = this.formats[formatIndex]
    const media = this.medias[mediaIndex]
    if (format === undefined || media === undefined) return
    format.deliveredPackets += 1
    media.deliveredBytes += bytes
  }

  /** Formats of those medias that sender reports can be made of: those with a clock rate (RFC 3550 section 6.4.1). */
  reportable(receives: Uint8Array): readonly FormatTrack[] {
    return this.formats.filter((track) => receives[track.mediaIndex] === 1 && track.format.clockRateHz > 0)
  }

  /** Marks the end of a burst. */
  markFlushed(): void {
    for (const track of this.formats) {
      track.flushedPackets = this.totals[track.index * formatFields + packetsField] ?? 0
      track.flushedSequenceNumber = track.sequenceNumber
      track.flushedAnchors = track.anchors
      track.flushedAnchorTimestamp = track.anchorTimestamp
      track.flushedAnchorNtp = track.anchorNtp
    }
  }
}

/** A random SSRC that is not 0 and not taken; steps on from an unlucky one, so it ends whatever the source yields. */
function unusedSsrc(entropy: Entropy, used: Set<number>): number {
  let ssrc = entropy.uint32() >>> 0
  while (used.has(ssrc)) ssrc = (ssrc + 1) >>> 0
  used.add(ssrc)
  return ssrc
}
