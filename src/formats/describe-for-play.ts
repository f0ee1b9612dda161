import type { SessionDescription } from './description.ts'

/** What kind of reader asks. */
export interface DescribeForPlayOptions {
  /** True: back channels are listed (`Require: www.onvif.org/ver20/backchannel`). */
  readonly includeBackChannels: boolean
  /** True: the connection line has a multicast address (`?vlcmulticast`). */
  readonly multicast: boolean
  /** True: the reader is connected over IPv6. */
  readonly isIpv6: boolean
  /** True: packets are SRTP, every media is SAVP. */
  readonly secure: boolean
  /** MIKEY message of each media of the description, by its index in it. */
  readonly keyMgmt?: readonly (Uint8Array | undefined)[]
}

/**
 * The description of a stream as DESCRIBE serves it. Controls are `trackID=<index>`, to the letter, because a Grandstream
 * phone needs it; the index counts back channels even where they are not listed, so that a track has one id for
 * everybody. Controls, profiles and keys of `description` itself are not used. `description` is not changed.
 */
export function describeForPlay(description: SessionDescription, options: DescribeForPlayOptions): SessionDescription {
  return {
    title: description.title,
    fecGroups: description.fecGroups,
    control: '',
    multicast: options.multicast,
    isIpv6: options.isIpv6,
    warnings: [],
    medias: description.medias
      .map(({ type, id, isBackChannel, formats }, index) => {
        const keyMgmt = options.keyMgmt?.[index]
        return {
          type,
          id,
          isBackChannel,
          formats,
          control: `trackID=${index}`,
          profile: options.secure ? ('SAVP' as const) : ('AVP' as const),
          ...(keyMgmt !== undefined && { keyMgmt }),
        }
      })
      .filter((media) => options.includeBackChannels || !media.isBackChannel),
  }
}
