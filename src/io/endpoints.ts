/**
 * Addresses as the rest of the library sees them. A dual-stack socket tells of an IPv4 peer as `::ffff:192.0.2.7`, and
 * a link-local peer carries its interface (`fe80::1%eth0`). Sessions are matched by address, so one peer must have one
 * spelling whichever socket it came through.
 */
import type { Endpoint } from '../contracts/network.ts'

const mappedPrefix = '::ffff:'

/** Strips the IPv4-mapped prefix: `::ffff:192.0.2.7` becomes `192.0.2.7`. Any other text is returned as it is. */
export function unmapAddress(address: string): string {
  // The first character decides for nearly every address, and this runs once for each datagram of a dual-stack socket.
  if (address.charCodeAt(0) !== 0x3a || !address.startsWith(mappedPrefix)) return address
  return address.includes('.', mappedPrefix.length) ? address.slice(mappedPrefix.length) : address
}

/** The address without its zone (`%eth0`), unmapped. */
export function plainAddress(address: string): string {
  const zoneStart = address.indexOf('%')
  return unmapAddress(zoneStart < 0 ? address : address.slice(0, zoneStart))
}

/** Endpoint of an address as Node spells it: unmapped, with the zone in its own field. */
export function endpointOf(address: string, port: number): Endpoint {
  const zoneStart = address.indexOf('%')
  return { address: plainAddress(address), port, zone: zoneStart < 0 ? '' : address.slice(zoneStart + 1) }
}

/** The spelling that an IPv6 socket needs for an address: IPv4 is mapped, IPv6 stays. */
export function mapAddress(address: string): string {
  return address.includes(':') ? address : mappedPrefix + address
}
