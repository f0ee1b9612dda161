import { describe, expect, it } from 'vitest'
import { endpointOf, mapAddress, plainAddress, unmapAddress } from '../../src/io/endpoints.ts'

describe('addresses have one spelling', () => {
  it.each([
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['192.0.2.7', '192.0.2.7'],
    ['::1', '::1'],
    ['::', '::'],
    ['::ffff:0:1', '::ffff:0:1'],
    ['2001:db8::1', '2001:db8::1'],
    ['', ''],
  ])('%s is unmapped to %s', (given, expected) => {
    expect(unmapAddress(given)).toBe(expected)
  })

  it('the zone of a link-local address is split off', () => {
    expect(endpointOf('fe80::1%eth0', 554)).toEqual({ address: 'fe80::1', port: 554, zone: 'eth0' })
    expect(endpointOf('::ffff:192.0.2.7', 554)).toEqual({ address: '192.0.2.7', port: 554, zone: '' })
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1')
  })

  it('IPv4 is mapped for an IPv6 socket and IPv6 stays', () => {
    expect(mapAddress('192.0.2.7')).toBe('::ffff:192.0.2.7')
    expect(mapAddress('::1')).toBe('::1')
  })
})
