import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { H264Packetizer } from '../../../src/formats/packetize/h264-packetizer.ts'
import { filled, fromHex, hex, joined, readPacket } from './rtp-packets.ts'

const base = { payloadType: 96, ssrc: 0x9dbb7812, initialSequenceNumber: 0x44ed }

/** Puts NAL units together again as a strict receiver of RFC 6184 would. */
function depacketize(payloads: readonly Uint8Array[]): Uint8Array[] {
  const units: Uint8Array[] = []
  let parts: Uint8Array[] | undefined
  for (const payload of payloads) {
    const type = payload[0]! & 0x1f
    if (type === 24) {
      for (let at = 1; at < payload.length;) {
        const size = payload[at]! * 256 + payload[at + 1]!
        units.push(payload.subarray(at + 2, at + 2 + size))
        at += 2 + size
      }
    } else if (type === 28) {
      const isStart = (payload[1]! & 0x80) !== 0
      const isEnd = (payload[1]! & 0x40) !== 0
      expect(isStart && isEnd).toBe(false)
      expect(isStart).toBe(parts === undefined)
      parts ??= [Uint8Array.of((payload[0]! & 0x60) | (payload[1]! & 0x1f))]
      parts.push(payload.subarray(2))
      if (isEnd) {
        units.push(joined(parts))
        parts = undefined
      }
    } else {
      units.push(payload)
    }
  }
  expect(parts).toBeUndefined()
  return units
}

describe('H264Packetizer', () => {
  it('writes the twelve bytes of the header (RFC 3550 section 5.1)', () => {
    const [packet] = new H264Packetizer(base).packetize([Uint8Array.of(0x65, 1, 2)], 0x88776655)
    expect(hex(packet!)).toBe('80e044ed887766559dbb7812' + '650102')
  })

  it.each([
    { name: 'one small unit travels alone', units: ['65aabb'], packets: ['65aabb'] },
    {
      name: 'small units share a STAP-A whose NRI is the highest inside (RFC 6184 section 5.7)',
      units: ['0601', '68ce', '4199'],
      packets: ['78 0002 0601 0002 68ce 0002 4199'],
    },
    {
      name: 'an aggregate of unimportant units has NRI 0',
      units: ['0901', '0602'],
      packets: ['18 0002 0901 0002 0602'],
    },
    { name: 'the F bit of an aggregate is 0', units: ['e501', 'a102'], packets: ['78 0002 e501 0002 a102'] },
    { name: 'empty units are left out', units: ['', '6501', ''], packets: ['6501'] },
    { name: 'nothing in, nothing out', units: [], packets: [] },
    { name: 'only empty units, nothing out', units: ['', ''], packets: [] },
  ])('$name', ({ units, packets }) => {
    const out = new H264Packetizer(base).packetize(units.map(fromHex), 0)
    expect(out.map((packet) => hex(readPacket(packet).payload))).toEqual(
      packets.map((text) => text.replaceAll(' ', '')),
    )
  })

  it('sends a unit that fits exactly as it is, and cuts one that is a byte longer (RFC 6184 section 5.8)', () => {
    const packetizer = new H264Packetizer({ ...base, maxPayloadBytes: 64 })
    const exact = filled(0x65, 64)
    expect(packetizer.packetize([exact], 0).map((packet) => hex(readPacket(packet).payload))).toEqual([hex(exact)])

    const longer = filled(0x65, 65)
    expect(packetizer.packetize([longer], 0).map((packet) => hex(readPacket(packet).payload))).toEqual([
      '7c85' + hex(longer.subarray(1, 63)),
      '7c45' + hex(longer.subarray(63)),
    ])
  })

  it('marks starts, middles and ends of fragments and drops the F bit', () => {
    const packetizer = new H264Packetizer({ ...base, maxPayloadBytes: 64 })
    const payloads = packetizer.packetize([filled(0xe1, 150)], 0).map((packet) => readPacket(packet).payload)
    expect(payloads.map((payload) => hex(payload.subarray(0, 2)))).toEqual(['7c81', '7c01', '7c41'])
    expect(payloads.map((payload) => payload.length)).toEqual([64, 64, 27])
  })

  it('aggregates up to the limit exactly and not a byte further', () => {
    const packetizer = new H264Packetizer({ ...base, maxPayloadBytes: 64 })
    const lengths = (sizes: number[]) =>
      packetizer
        .packetize(
          sizes.map((size) => filled(0x41, size)),
          0,
        )
        .map((packet) => readPacket(packet).payload.length)
    expect(lengths([30, 29])).toEqual([64])
    expect(lengths([30, 30])).toEqual([30, 30])
    expect(lengths([10, 10, 200, 10, 10])).toEqual([25, 64, 64, 64, 15, 25])
  })

  it('sets the marker on the last packet of the access unit only (RFC 6184 section 5.1)', () => {
    const packetizer = new H264Packetizer({ ...base, maxPayloadBytes: 64 })
    const packets = packetizer.packetize([filled(0x67, 20), filled(0x68, 5), filled(0x65, 200)], 7).map(readPacket)
    expect(packets.map((packet) => packet.marker)).toEqual([false, false, false, false, true])
    expect(new Set(packets.map((packet) => packet.timestamp))).toEqual(new Set([7]))
  })

  it('wraps sequence numbers and timestamps', () => {
    const packetizer = new H264Packetizer({ ...base, initialSequenceNumber: 0xffff })
    const packets = [0xffffffff, 0x100000000, 0x123456789a].flatMap((timestamp) =>
      packetizer.packetize([Uint8Array.of(0x65)], timestamp).map(readPacket),
    )
    expect(packets.map((packet) => packet.sequenceNumber)).toEqual([0xffff, 0, 1])
    expect(packets.map((packet) => packet.timestamp)).toEqual([0xffffffff, 0, 0x3456789a])
  })

  it('puts all packets of an access unit into one buffer of exactly their size', () => {
    const packets = new H264Packetizer({ ...base, maxPayloadBytes: 100 }).packetize(
      [filled(0x67, 20), filled(0x68, 5), filled(0x65, 1000), filled(0x41, 100)],
      0,
    )
    expect(new Set(packets.map((packet) => packet.buffer)).size).toBe(1)
    expect(packets[0]!.buffer.byteLength).toBe(packets.reduce((sum, packet) => sum + packet.length, 0))
  })

  it.each([
    { payloadType: 128 },
    { payloadType: 1.5 },
    { ssrc: -1 },
    { ssrc: 2 ** 32 },
    { initialSequenceNumber: 65536 },
    { maxPayloadBytes: 63 },
    { maxPayloadBytes: 65524 },
    { maxPayloadBytes: Number.NaN },
  ])('refuses %o as wrong use', (wrong) => {
    expect(() => new H264Packetizer({ ...base, ...wrong })).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })

  it('loses nothing, stays within the limit and numbers packets without a gap, for any access unit', () => {
    const nalUnit = fc
      .tuple(fc.integer({ min: 1, max: 23 }), fc.integer({ min: 0, max: 3 }), fc.uint8Array({ maxLength: 600 }))
      .map(([type, nri, rest]) => joined([Uint8Array.of((nri << 5) | type), rest]))
    fc.assert(
      fc.property(
        fc.array(nalUnit, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 64, max: 700 }),
        fc.integer({ min: 0, max: 65535 }),
        (units, maxPayloadBytes, initialSequenceNumber) => {
          const packetizer = new H264Packetizer({ ...base, maxPayloadBytes, initialSequenceNumber })
          const raw = packetizer.packetize(units, 1)
          const packets = raw.map(readPacket)
          expect(depacketize(packets.map((packet) => packet.payload)).map(hex)).toEqual(units.map(hex))
          expect(Math.max(...packets.map((packet) => packet.payload.length))).toBeLessThanOrEqual(maxPayloadBytes)
          packets.forEach((packet, index) => {
            expect(packet.sequenceNumber).toBe((initialSequenceNumber + index) & 0xffff)
            expect(packet.marker).toBe(index === packets.length - 1)
          })
          expect(raw[0]!.buffer.byteLength).toBe(raw.reduce((sum, packet) => sum + packet.length, 0))
        },
      ),
      { numRuns: 150 },
    )
  })
})
