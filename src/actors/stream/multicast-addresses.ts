/**
 * Which multicast address a media gets. Addresses are handed out in turn from a range and come back when nobody reads
 * the stream any more; a cursor that goes on from the last one makes an address rest as long as possible before it is
 * used again, so that a client of the old stream does not find itself in a new one.
 *
 * Addresses are unsigned 32-bit numbers here, because the arithmetic of the range is one of bits.
 */

/** A range of IPv4 addresses, in CIDR notation `224.1.0.0/16`. */
export interface AddressRange {
  /** First address, its host bits 0. */
  readonly base: number
  /** Ones where addresses of the range differ. */
  readonly hostMask: number
}

/** Reads `a.b.c.d`; undefined if it is anything else. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let address = 0
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    address = address * 256 + Number(part)
  }
  return address
}

/** Writes `a.b.c.d`. */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`
}

/** Whether an address is a multicast one, 224.0.0.0/4 (RFC 5771 section 3). */
export function isMulticast(address: number): boolean {
  return address >>> 28 === 0xe
}

/** Reads `a.b.c.d/n`. Undefined if it is anything else or not all of it is multicast. */
export function parseMulticastRange(text: string): AddressRange | undefined {
  const [addressText = '', bitsText = '', ...rest] = text.split('/')
  const address = parseIpv4(addressText)
  if (address === undefined || rest.length > 0 || !/^\d{1,2}$/.test(bitsText)) return undefined
  const bits = Number(bitsText)
  if (bits < 4 || bits > 32 || !isMulticast(address)) return undefined
  const hostMask = bits === 32 ? 0 : 0xffffffff >>> bits
  return { base: (address & ~hostMask) >>> 0, hostMask }
}

/**
 * The next free address after `last`, which is `range.base` before the first one: so 224.1.0.1 is the first of
 * 224.1.0.0/16, and its base the last. Undefined if all are in use. Takes as many steps as there are addresses in use
 * in a row, at most all of the range.
 */
export function nextAddress(
  range: AddressRange,
  last: number,
  isUsed: (address: number) => boolean,
): number | undefined {
  const { base, hostMask } = range
  let address = last
  do {
    address = (base | ((address + 1) & hostMask)) >>> 0
    if (!isUsed(address)) return address
  } while (address !== last)
  return undefined
}

/** The addresses of one server: which are in use, and which comes next. */
export class MulticastAddresses {
  readonly #range: AddressRange
  /** How many medias use an address: those that applications choose may be chosen more than once. */
  readonly #uses = new Map<number, number>()
  #last: number

  constructor(range: AddressRange) {
    this.#range = range
    this.#last = range.base
  }

  /** A free address, from now on in use. Undefined if there is none. */
  take(): string | undefined {
    const address = nextAddress(this.#range, this.#last, (candidate) => this.#uses.has(candidate))
    if (address === undefined) return undefined
    this.#last = address
    this.#uses.set(address, 1)
    return formatIpv4(address)
  }

  /** The address is used by a stream whose application chose it; `take` passes it over. */
  reserve(text: string): void {
    const address = parseIpv4(text)
    if (address !== undefined) this.#uses.set(address, (this.#uses.get(address) ?? 0) + 1)
  }

  /** Takes back one `take` or `reserve`. */
  free(text: string): void {
    const address = parseIpv4(text)
    if (address === undefined) return
    const uses = (this.#uses.get(address) ?? 0) - 1
    if (uses > 0) this.#uses.set(address, uses)
    else this.#uses.delete(address)
  }

  /** Addresses in use. */
  get count(): number {
    return this.#uses.size
  }
}
