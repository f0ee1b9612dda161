import { describe, expect, it } from 'vitest'
import { extensionElement } from '../../../src/wire/rtp/rtp-extension.ts'
import { createRtp, RtpPacket, rtpProblem } from '../../../src/wire/rtp/rtp-packet.ts'

function packetWith(profile: number, data: readonly number[]): RtpPacket {
  return createRtp({
    payloadType: 96,
    sequenceNumber: 1,
    timestamp: 2,
    ssrc: 3,
    csrcs: [4],
    extension: { profile, data: new Uint8Array(data) },
    payload: new Uint8Array([0xff, 0xff]),
  })
}

describe('header extension elements (RFC 8285)', () => {
  it('are found in the one-byte form, behind padding', () => {
    const packet = packetWith(0xbede, [0x10, 0xaa, 0, 0, 0x32, 1, 2, 3])
    expect(rtpProblem(packet.bytes)).toBeNull()
    expect([...(extensionElement(packet, 1) ?? [])]).toEqual([0xaa])
    expect([...(extensionElement(packet, 3) ?? [])]).toEqual([1, 2, 3])
    expect(extensionElement(packet, 2)).toBeUndefined()
  })

  it('are found in the two-byte form, empty ones as well', () => {
    const packet = packetWith(0x1000, [1, 0, 0, 200, 2, 7, 8, 0])
    expect(rtpProblem(packet.bytes)).toBeNull()
    expect([...(extensionElement(packet, 1) ?? [9])]).toEqual([])
    expect([...(extensionElement(packet, 200) ?? [])]).toEqual([7, 8])
  })

  it('end at id 15 of the one-byte form (section 4.2)', () => {
    const packet = packetWith(0xbede, [0xff, 0x10, 0xaa, 0])
    expect(rtpProblem(packet.bytes)).toBeNull()
    expect(extensionElement(packet, 1)).toBeUndefined()
  })

  it.each([
    [0xbede, [0, 0, 0, 0x10]],
    [0xbede, [0x13, 1, 2, 3]],
    [0x1000, [0, 0, 0, 5]],
    [0x1000, [5, 3, 0, 0]],
  ])('are a problem when they reach beyond the extension (profile %i)', (profile, data) => {
    expect(rtpProblem(packetWith(profile, data).bytes)).toBe('RTP header extension element is too big')
  })

  it('are not looked for in extensions of other kinds', () => {
    const packet = packetWith(0xabac, [0x1f, 0, 0, 0])
    expect(rtpProblem(packet.bytes)).toBeNull()
    expect(extensionElement(packet, 1)).toBeUndefined()
  })

  it('are absent without an extension', () => {
    expect(extensionElement(new RtpPacket(new Uint8Array(12)), 1)).toBeUndefined()
  })
})
