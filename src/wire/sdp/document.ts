/**
 * A session description as RFC 8866 lays it out, before anybody asks what its medias mean. Values whose exact spelling
 * matters on the way back (control, mid, fmtp, ids beyond 2^53) stay strings.
 */

/** One `a=` line. `a=recvonly` has the value `''` and no colon. Leading blanks of the value are kept. */
export interface SdpAttribute {
  readonly key: string
  readonly value: string
}

/** `o=` (RFC 8866 section 5.2). Ids are unsigned 64-bit decimals, as text. */
export interface SdpOrigin {
  /** May be empty and may have blanks in it: cameras do that. */
  readonly userName: string
  readonly sessionId: string
  readonly sessionVersion: string
  readonly addressType: 'IP4' | 'IP6'
  /** Not checked: cameras write ports, host names and nothing at all. */
  readonly address: string
}

/** `c=` (RFC 8866 section 5.7). The address keeps a `/ttl` suffix and may be empty. */
export interface SdpConnection {
  readonly addressType: 'IP4' | 'IP6'
  readonly address: string
}

/** `b=` (RFC 8866 section 5.8). The unit depends on the type: kbit/s for AS and CT, bit/s for TIAS, RS and RR. */
export interface SdpBandwidth {
  /** With its `X-` prefix, if it had one. */
  readonly type: string
  /** Unsigned 64-bit decimal. */
  readonly value: string
}

/** `t=` with the `r=` lines behind it, as they were written. `now-` has become `0` and `0`. */
export interface SdpTiming {
  readonly start: string
  readonly stop: string
  readonly repeats: readonly string[]
}

/** Where media flows, as an attribute of that name said it. */
export type SdpDirection = 'sendrecv' | 'recvonly' | 'sendonly' | 'inactive'

/** `a=group` (RFC 5888): medias, by `mid`, that belong together. */
export interface SdpGroup {
  /** `FEC`, `BUNDLE`, `LS`, ... */
  readonly semantics: string
  readonly ids: readonly string[]
}

/** One `m=` section. */
export interface SdpMedia {
  /** `video`, `audio`, `application`, `application/<vendor>`, `text`, `meta`, `metadata`, ... */
  readonly type: string
  /** 0..65536; what could not be read as a port is 0, with a warning. */
  readonly port: number
  /** Slash-separated, as written: `RTP/AVP`, `UDP/TLS/RTP/SAVPF`. */
  readonly protocol: string
  /** At least one; payload types mostly, but any token is kept. */
  readonly payloads: readonly string[]
  readonly information?: string
  readonly connection?: SdpConnection
  readonly bandwidths: readonly SdpBandwidth[]
  readonly key?: string
  readonly direction?: SdpDirection
  /** `a=framerate`, frames per second. */
  readonly frameRate?: number
  /** `a=ptime`, milliseconds. */
  readonly packetTimeMs?: number
  /** Every attribute, in order, verbatim. */
  readonly attributes: readonly SdpAttribute[]
}

/** A whole description. Optional fields are absent when the line was. */
export interface SdpDocument {
  readonly origin?: SdpOrigin
  /** `s=`, `''` when there was none. */
  readonly name: string
  readonly information?: string
  readonly uri?: string
  readonly email?: string
  readonly phone?: string
  readonly connection?: SdpConnection
  readonly bandwidths: readonly SdpBandwidth[]
  readonly timings: readonly SdpTiming[]
  /** `z=`, verbatim. */
  readonly timeZones?: string
  readonly key?: string
  /** Every attribute of the session, in order, verbatim. */
  readonly attributes: readonly SdpAttribute[]
  /** `a=group` (RFC 5888). */
  readonly groups: readonly SdpGroup[]
  readonly medias: readonly SdpMedia[]
  /** What was wrong and could be read all the same, one sentence each. */
  readonly warnings: readonly string[]
}

/** Value of the first attribute with this key: `undefined` when there is none, `''` for `a=key` without a value. */
export function attributeValue(attributes: readonly SdpAttribute[], key: string): string | undefined {
  return attributes.find((attribute) => attribute.key === key)?.value
}
