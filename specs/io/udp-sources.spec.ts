import { describe, expect, it } from 'vitest'
import { UdpSources } from '../../src/io/udp-sources.ts'

/** `sockaddr_in6` of Linux: family, port in network order, flow, address, scope. */
function long(address: readonly number[], scope = 0): number[] {
  return [10, 0, 0x1f, 0x90, 0, 0, 0, 0, ...address, scope, 0, 0, 0]
}

/** 16 bytes of which the last ones are given. */
const ending = (...bytes: number[]): number[] => [...new Array<number>(16 - bytes.length).fill(0), ...bytes]

describe('addresses of the system', () => {
  it.each([
    ['IPv4', [2, 0, 0x1f, 0x90, 192, 0, 2, 7], '192.0.2.7'],
    ['IPv4 with its highest bit', [2, 0, 0x1f, 0x90, 10, 0, 0, 255], '10.0.0.255'],
    ['IPv4 in its mapped form', long(ending(0xff, 0xff, 192, 0, 2, 7)), '192.0.2.7'],
    ['loopback', long(ending(1)), '::1'],
    ['any', long(ending()), '::'],
    ['IPv6', long([0x20, 0x01, 0x0d, 0xb8, ...ending(0xab).slice(4)]), '2001:db8::ab'],
    ['link-local, without its zone', long([0xfe, 0x80, ...ending(1).slice(2)], 3), 'fe80::1'],
  ])('are spelt like those of connections: %s', (_, bytes, spelt) => {
    const memory = new Uint8Array(56)
    memory.set(bytes, 28)
    const sources = new UdpSources(memory)
    expect([sources.address(28), sources.port(28)]).toEqual([spelt, 8080])
    expect(sources.address(28)).toBe(spelt)
  })
})
