import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatIpv4,
  isMulticast,
  MulticastAddresses,
  nextAddress,
  parseIpv4,
  parseMulticastRange,
} from '../../../src/actors/stream/multicast-addresses.ts'

function addressesOf(range: string): MulticastAddresses {
  const parsed = parseMulticastRange(range)
  if (parsed === undefined) throw new Error(`${range} is no range`)
  return new MulticastAddresses(parsed)
}

describe('multicast addresses: the next one (spec 1.4)', () => {
  it('begins behind the base of the range and goes on from the last', () => {
    const addresses = addressesOf('224.1.0.0/16')
    expect([addresses.take(), addresses.take(), addresses.take()]).toEqual(['224.1.0.1', '224.1.0.2', '224.1.0.3'])
  })

  it('carries into the next octet, and wraps around at the end of the range', () => {
    const range = { base: 0xe0_01_00_00, hostMask: 0xffff }
    expect(formatIpv4(nextAddress(range, 0xe0_01_00_ff, () => false) ?? 0)).toBe('224.1.1.0')
    expect(formatIpv4(nextAddress(range, 0xe0_01_ff_ff, () => false) ?? 0)).toBe('224.1.0.0')
  })

  it('begins at the base even if the option names an address in the middle', () => {
    expect(addressesOf('224.1.200.7/16').take()).toBe('224.1.0.1')
  })

  it('passes over addresses in use, and has none when all are', () => {
    const addresses = addressesOf('239.0.0.0/30')
    addresses.reserve('239.0.0.2')
    expect([addresses.take(), addresses.take(), addresses.take(), addresses.take()]).toEqual([
      '239.0.0.1',
      '239.0.0.3',
      '239.0.0.0',
      undefined,
    ])
    addresses.free('239.0.0.3')
    expect(addresses.take()).toBe('239.0.0.3')
  })

  it('lets an address that was given back rest until the others have had their turn', () => {
    const addresses = addressesOf('239.0.0.0/30')
    const first = addresses.take() ?? ''
    addresses.free(first)
    expect([addresses.take(), addresses.take(), addresses.take(), addresses.take()]).toEqual([
      '239.0.0.2',
      '239.0.0.3',
      '239.0.0.0',
      first,
    ])
  })

  it('counts how often an address was chosen', () => {
    const addresses = addressesOf('239.0.0.1/32')
    addresses.reserve('239.0.0.1')
    addresses.reserve('239.0.0.1')
    addresses.free('239.0.0.1')
    expect(addresses.take()).toBeUndefined()
    addresses.free('239.0.0.1')
    expect(addresses.take()).toBe('239.0.0.1')
  })

  it('hands each address of a range out once before any comes again, and none outside it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 24, max: 32 }), fc.integer({ min: 0xe0000000, max: 0xefffffff }), (bits, start) => {
        const range = parseMulticastRange(`${formatIpv4(start)}/${bits}`)
        const addresses = addressesOf(`${formatIpv4(start)}/${bits}`)
        const size = 2 ** (32 - bits)
        const taken = new Set(Array.from({ length: size }, () => addresses.take()))
        expect(taken.size).toBe(size)
        expect(addresses.take()).toBeUndefined()
        for (const address of taken) {
          expect(((parseIpv4(address ?? '') ?? 0) & ~(range?.hostMask ?? 0)) >>> 0).toBe(range?.base)
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('multicast addresses: text', () => {
  it.each([
    '224.1.0.0',
    '224.1.0.0/3',
    '224.1.0.0/33',
    '224.1.0/16',
    '256.1.0.0/16',
    '10.0.0.0/8',
    '::/8',
    '/16',
    'x/y',
  ])('takes no range from %s', (text) => {
    expect(parseMulticastRange(text)).toBeUndefined()
  })

  it('reads what it writes, and nothing with leading zeros', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => parseIpv4(formatIpv4(value)) === value))
    expect(parseIpv4('224.01.0.1')).toBeUndefined()
  })

  it('knows 224.0.0.0 to 239.255.255.255 as multicast (RFC 5771 section 3)', () => {
    const of = (text: string): boolean => isMulticast(parseIpv4(text) ?? 0)
    expect(['223.255.255.255', '224.0.0.0', '239.255.255.255', '240.0.0.0'].map(of)).toEqual([false, true, true, false])
  })
})
