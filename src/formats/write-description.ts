import type { SdpAttribute, SdpMedia } from '../wire/sdp/document.ts'
import { writeSdp } from '../wire/sdp/write-sdp.ts'
import { encodeBase64 } from './codecs/values.ts'
import type { Media, SessionDescription } from './description.ts'
import { formatText } from './write-format.ts'

/**
 * From the model to SDP. The lines and their order are those that players of every kind are known to read: a connection
 * line, because Darwin Streaming Server insists on one, ports always 0, and direction attributes only where a back
 * channel makes them necessary (ONVIF streaming specification section 5.3).
 */

const loopbackIpv4 = { addressType: 'IP4', address: '127.0.0.1' } as const
const loopbackIpv6 = { addressType: 'IP6', address: '::1' } as const

/** The description as SDP with CRLF line ends. Controls and profiles are written as they stand in the medias. */
export function writeDescription(description: SessionDescription): string {
  const multicast = description.multicast === true
  const isIpv6 = description.isIpv6 === true && !multicast
  const hasBackChannel = description.medias.some((media) => media.isBackChannel)
  return writeSdp({
    origin: { userName: '-', sessionId: '0', sessionVersion: '0', ...(isIpv6 ? loopbackIpv6 : loopbackIpv4) },
    name: description.title === '' ? ' ' : oneLine(description.title),
    connection: isIpv6
      ? { addressType: 'IP6', address: '::' }
      : { addressType: 'IP4', address: multicast ? '224.1.0.0' : '0.0.0.0' },
    bandwidths: [],
    timings: [{ start: '0', stop: '0', repeats: [] }],
    attributes: [
      ...description.fecGroups.map((ids) => ({ key: 'group', value: `FEC ${ids.join(' ')}` })),
      ...keyMgmtAttributes(description.keyMgmt),
    ],
    medias: description.medias.map((media) => sdpMediaOf(media, hasBackChannel)),
  })
}

function sdpMediaOf(media: Media, hasBackChannel: boolean): SdpMedia {
  return {
    type: media.type,
    port: 0,
    protocol: `RTP/${media.profile}`,
    payloads: media.formats.map((format) => format.payloadType.toString()),
    bandwidths: [],
    attributes: [
      ...(media.id === '' ? [] : [{ key: 'mid', value: media.id }]),
      ...(media.isBackChannel ? [{ key: 'sendonly', value: '' }] : []),
      ...keyMgmtAttributes(media.keyMgmt),
      { key: 'control', value: oneLine(media.control) },
      ...media.formats.flatMap((format) => {
        const { rtpmap, fmtp } = formatText(format)
        return [
          ...(rtpmap === '' ? [] : [{ key: 'rtpmap', value: `${format.payloadType} ${oneLine(rtpmap)}` }]),
          ...(fmtp === '' ? [] : [{ key: 'fmtp', value: `${format.payloadType} ${oneLine(fmtp)}` }]),
        ]
      }),
      ...(hasBackChannel && !media.isBackChannel ? [{ key: 'recvonly', value: '' }] : []),
    ],
  }
}

function keyMgmtAttributes(keyMgmt: Uint8Array | undefined): SdpAttribute[] {
  return keyMgmt === undefined ? [] : [{ key: 'key-mgmt', value: `mikey ${encodeBase64(keyMgmt)}` }]
}

/** Texts that an application set may have line ends in them; they must not become lines of SDP. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}
