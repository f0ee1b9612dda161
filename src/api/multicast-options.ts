import { z } from 'zod'
import type { MulticastRuntime } from '../actors/runtime.ts'
import {
  isMulticast,
  MulticastAddresses,
  parseIpv4,
  parseMulticastRange,
} from '../actors/stream/multicast-addresses.ts'
import type { MulticastAddress } from '../actors/stream/protocol.ts'
import type { Network } from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'

/**
 * What can be said about multicast: for the server, and for a stream that wants groups of its own. Multicast is either
 * said in full or off, and every mistake is found before a reader asks for it.
 */

/** The option `multicast` of a server. */
export interface MulticastOptionsInit {
  /** IPv4 addresses to choose from, in CIDR notation, all of them multicast: `224.1.0.0/16`. Each media gets its own. */
  readonly ipRange: string
  /** RTP port of every group, even. */
  readonly rtpPort: number
  /** The port after it, if it is named at all. */
  readonly rtcpPort?: number
  /** How many routers packets may pass, 1 to 255. Default 16. Clients are told 127. */
  readonly ttl?: number
  /**
   * Names (`eth0`) or IPv4 addresses of the network interfaces to send to. Default: every one that can do multicast;
   * loopback only if there is no other.
   */
  readonly interfaces?: readonly string[]
}

const defaultTtl = 16

/** Schema of the option: in full, or off. Not a union: that would say `invalid input` for whatever is missing. */
export const multicastSchema = z.preprocess(
  (value) => (value === false ? undefined : value),
  z
    .strictObject({
      ipRange: z.string().refine((text) => parseMulticastRange(text) !== undefined, {
        error: (issue) =>
          `multicast IP range (${String(issue.input)}) must be IPv4 in CIDR notation within 224.0.0.0/4, for example 224.1.0.0/16`,
      }),
      rtpPort: z
        .int()
        .min(2)
        .max(65_534)
        .refine((value) => value % 2 === 0, {
          error: (issue) => `RTP port (${String(issue.input)}) must be even`,
        }),
      rtcpPort: z.int().optional(),
      ttl: z.int().min(1).max(255).default(defaultTtl),
      interfaces: z.array(z.string().min(1)).default([]),
    })
    .refine(({ rtpPort, rtcpPort = rtpPort + 1 }) => rtcpPort === rtpPort + 1, {
      error: (issue) => {
        const { rtpPort, rtcpPort } = issue.input as { readonly rtpPort: number; readonly rtcpPort: number }
        return `multicast RTP (${rtpPort}) and RTCP (${rtcpPort}) ports must be consecutive`
      },
    })
    .optional(),
)

type ResolvedMulticast = z.output<typeof multicastSchema>

/** Addresses of which a socket takes the port of every group with it. */
const anyAddress: ReadonlySet<string> = new Set(['', '::', '0.0.0.0'])

/** Why the multicast ports cannot be had beside the UDP ports; `null` if they can. */
export function multicastProblem(
  multicast: ResolvedMulticast,
  udp: false | { readonly host: string; readonly rtpPort: number },
): string | null {
  if (multicast === undefined || udp === false || !anyAddress.has(udp.host)) return null
  if (udp.rtpPort !== multicast.rtpPort) return null
  return `multicast and UDP cannot share port ${udp.rtpPort}: give multicast another one, or udp.host an address`
}

/** What streams open their groups with; `null` when multicast is off. */
export function multicastRuntime(multicast: ResolvedMulticast, network: Network): MulticastRuntime | null {
  if (multicast === undefined) return null
  const range = parseMulticastRange(multicast.ipRange)
  if (range === undefined) return null
  const { ipRange, rtpPort, ttl, interfaces } = multicast
  return {
    bind: (options) => network.bindMulticast(options),
    addresses: new MulticastAddresses(range),
    ipRange,
    rtpPort,
    rtcpPort: rtpPort + 1,
    ttl,
    interfaces,
    underWay: new Set(),
  }
}

/** Resolves when no multicast socket is being opened or closed any more. */
export async function multicastSettled(multicast: MulticastRuntime | null): Promise<void> {
  while (multicast !== null && multicast.underWay.size > 0) await Promise.allSettled([...multicast.underWay])
}

/** Checks groups that were chosen for a stream; throws ERR_RTSP_USAGE with a sentence. */
export function checkMulticastAddresses(
  groups: readonly MulticastAddress[],
  mediaCount: number,
  isServerMulticast: boolean,
): readonly MulticastAddress[] {
  const refuse = (sentence: string): never => {
    throw rtspError('ERR_RTSP_USAGE', sentence)
  }
  if (!isServerMulticast) refuse('a stream cannot be multicast by a server without the option multicast')
  if (groups.length !== mediaCount) {
    refuse(`multicast needs one group for each media: ${mediaCount}, not ${groups.length}`)
  }
  const seen = new Set<string>()
  return groups.map(({ ip, rtpPort, rtcpPort }) => {
    const address = parseIpv4(ip)
    if (address === undefined || !isMulticast(address)) refuse(`${ip} is not an IPv4 multicast address`)
    const isPort = Number.isInteger(rtpPort) && rtpPort > 0 && rtpPort < 65_535
    if (!isPort || rtpPort % 2 !== 0) refuse(`RTP port (${rtpPort}) must be even`)
    if (rtcpPort !== rtpPort + 1) refuse(`multicast RTP (${rtpPort}) and RTCP (${rtcpPort}) ports must be consecutive`)
    if (seen.has(`${ip} ${rtpPort}`)) refuse(`two medias cannot share the group ${ip} and port ${rtpPort}`)
    seen.add(`${ip} ${rtpPort}`)
    return { ip, rtpPort, rtcpPort }
  })
}
