import type { SdpAttribute, SdpBandwidth, SdpConnection, SdpDirection, SdpOrigin } from '../wire/sdp/document.ts'
import type { Format } from './format.ts'

/**
 * What a stream consists of: the model between SDP and the rest of the library. Plain readonly data. The required
 * fields are what a description is written from; the optional ones at the end keep what a camera said besides, for
 * whoever wants it, and are not written back.
 */

/** A session description. */
export interface SessionDescription {
  /** `s=`; a single blank counts as empty. */
  readonly title: string
  /** At least one when it was read from SDP. The index of a media here is its track id. */
  readonly medias: readonly Media[]
  /** Ids of the medias that protect each other (RFC 5956, `a=group:FEC`). For information: there is no FEC decoder. */
  readonly fecGroups: readonly (readonly string[])[]
  /** MIKEY message of `a=key-mgmt` at session level (RFC 4567), decoded from base64. */
  readonly keyMgmt?: Uint8Array
  /** `a=control` at session level, `''` when there was none. */
  readonly control: string
  /** True: `c=` is written with a multicast address. Never set by reading. */
  readonly multicast?: boolean
  /** True: `o=` and `c=` are written with IPv6 addresses, unless with a multicast one. Never set by reading. */
  readonly isIpv6?: boolean
  /** What was wrong with the SDP and could be read all the same, one sentence each. */
  readonly warnings: readonly string[]

  readonly origin?: SdpOrigin
  readonly information?: string
  readonly connection?: SdpConnection
  readonly bandwidths?: readonly SdpBandwidth[]
  /** `a=range`, verbatim. */
  readonly range?: string
  /** Every attribute of the session, in order, verbatim. */
  readonly attributes?: readonly SdpAttribute[]
}

/** One media (track) of a session. */
export interface Media {
  /** `video`, `audio`, `application`, or whatever else the `m=` line said (`metadata`, `application/TP-LINK`, ...). */
  readonly type: string
  /** `a=mid` (RFC 5888), `''` when there was none. */
  readonly id: string
  /** True for ONVIF talk-back: the client sends, the server receives. */
  readonly isBackChannel: boolean
  /** SAVP: packets are SRTP. */
  readonly profile: 'AVP' | 'SAVP'
  /** `a=control`: absolute, relative, or `''`. */
  readonly control: string
  /** MIKEY message of `a=key-mgmt` (RFC 4567), decoded from base64. */
  readonly keyMgmt?: Uint8Array
  /** At least one; each with its own payload type. */
  readonly formats: readonly Format[]

  readonly information?: string
  /** 0..65536, as the `m=` line had it; 0 nearly always. */
  readonly port?: number
  readonly protocol?: string
  readonly connection?: SdpConnection
  readonly bandwidths?: readonly SdpBandwidth[]
  readonly direction?: SdpDirection
  /** Frames per second. */
  readonly frameRate?: number
  readonly packetTimeMs?: number
  /** Every attribute of the media, in order, verbatim. */
  readonly attributes?: readonly SdpAttribute[]
}
