/** What the command line says about multicast: off unless a range of addresses is given, then complete. */
export interface ProgramMulticast {
  /** IPv4 multicast addresses to choose from, CIDR notation. */
  readonly ipRange: string
  /** RTP port of every group, even; RTCP has the next one. */
  readonly rtpPort: number
  /** Network interfaces to send to, by name or address; empty: all that can. */
  readonly interfaces: readonly string[]
}

/** The port that is meant when none is said: next to the one of UDP. */
export const defaultMulticastPort = 8002

/** The options as they were typed, `undefined` where they were not. */
export interface MulticastWords {
  readonly range: string | undefined
  readonly port: string | undefined
  readonly interface: string | undefined
}

/** What was meant, `undefined` for no multicast; a mistake is a sentence that says what to write instead. */
export function readMulticast(
  words: MulticastWords,
  udpPort: number | undefined,
): ProgramMulticast | undefined | { readonly mistake: string } {
  const { range, port, interface: name } = words
  if (range === undefined) {
    if (port === undefined && name === undefined) return undefined
    const option = port === undefined ? '--multicast-interface' : '--multicast-port'
    return { mistake: `${option} does nothing alone: write --multicast-range 239.255.0.0/16 with it` }
  }
  if (udpPort === undefined) {
    return { mistake: '--multicast-range and --no-udp contradict each other: leave out one of them' }
  }
  if (!isMulticastRange(range)) {
    return { mistake: `--multicast-range must lie within 224.0.0.0/4, like 239.255.0.0/16, not '${range}'` }
  }
  const rtpPort = port === undefined ? defaultMulticastPort : /^\d{1,5}$/.test(port) ? Number(port) : -1
  if (rtpPort < 2 || rtpPort > 65_534 || rtpPort % 2 !== 0) {
    return { mistake: `--multicast-port must be an even number from 2 to 65534, not '${port ?? ''}'` }
  }
  if (rtpPort === udpPort) {
    return { mistake: `multicast and UDP cannot share port ${rtpPort}: write --multicast-port ${otherPort(rtpPort)}` }
  }
  return { ipRange: range, rtpPort, interfaces: name === undefined ? [] : [name] }
}

/** A sentence about the first of the interfaces that this machine does not have, by name or address. */
export function unknownInterface(
  interfaces: readonly string[],
  known: Readonly<Record<string, readonly { readonly address: string }[] | undefined>>,
): string | undefined {
  const addresses = Object.values(known).flatMap((all) => (all ?? []).map(({ address }) => address))
  const unknown = interfaces.find((name) => known[name] === undefined && !addresses.includes(name))
  if (unknown === undefined) return undefined
  return `this machine has no network interface '${unknown}': write one of ${Object.keys(known).join(', ')} after --multicast-interface`
}

function otherPort(port: number): number {
  return port + 2 <= 65_534 ? port + 2 : port - 2
}

function isMulticastRange(text: string): boolean {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)?.slice(1) ?? []
  if (parts.length !== 5 || parts.some((part) => part.length > 1 && part.startsWith('0'))) return false
  const [first = 0, second = 0, third = 0, fourth = 0, bits = 0] = parts.map(Number)
  return first >= 224 && first <= 239 && Math.max(second, third, fourth) <= 255 && bits >= 4 && bits <= 32
}
