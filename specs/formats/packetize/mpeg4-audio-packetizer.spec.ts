import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Mpeg4AudioPacketizer } from '../../../src/formats/packetize/mpeg4-audio-packetizer.ts'
import { filled, fromHex, hex, joined, readPacket } from './rtp-packets.ts'

const base = { payloadType: 97, ssrc: 0x01020304, initialSequenceNumber: 100 }

interface Widths {
  readonly sizeLength: number
  readonly indexLength: number
  readonly indexDeltaLength: number
}

const hbr: Widths = { sizeLength: 13, indexLength: 3, indexDeltaLength: 3 }

/** Reads AU headers as a string of bits: slow, and so different from the code that wrote them. */
function readUnits(payload: Uint8Array, widths: Widths): { sizes: number[]; data: Uint8Array } {
  const headerBits = payload[0]! * 256 + payload[1]!
  const bits = [...payload.subarray(2)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const sizes: number[] = []
  for (let at = 0; at < headerBits;) {
    const indexBits = at === 0 ? widths.indexLength : widths.indexDeltaLength
    sizes.push(Number.parseInt(bits.slice(at, at + widths.sizeLength), 2))
    expect(bits.slice(at + widths.sizeLength, at + widths.sizeLength + indexBits)).not.toContain('1')
    at += widths.sizeLength + indexBits
  }
  return { sizes, data: payload.subarray(2 + Math.ceil(headerBits / 8)) }
}

function depacketize(payloads: readonly { payload: Uint8Array; marker: boolean }[], widths: Widths): Uint8Array[] {
  const units: Uint8Array[] = []
  let parts: Uint8Array[] = []
  for (const { payload, marker } of payloads) {
    const { sizes, data } = readUnits(payload, widths)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(data.length)
    if (!marker || parts.length > 0) {
      expect(sizes).toHaveLength(1)
      parts.push(data)
      if (marker) units.push(joined(parts))
      if (marker) parts = []
      continue
    }
    let at = 0
    for (const size of sizes) {
      units.push(data.subarray(at, at + size))
      at += size
    }
  }
  expect(parts).toEqual([])
  return units
}

describe('Mpeg4AudioPacketizer', () => {
  it.each([
    { name: 'one unit: 16 bits of headers, size in 13 bits', units: ['aabbcc'], packets: ['0010 0018 aabbcc'] },
    {
      name: 'units that fit together share a packet',
      units: ['aabbcc', 'dd', 'eeff'],
      packets: ['0030 0018 0008 0010 aabbcc dd eeff'],
    },
    { name: 'nothing in, nothing out', units: [], packets: [] },
    { name: 'empty units are not sent', units: ['', 'aa', ''], packets: ['0010 0008 aa'] },
  ])('$name (RFC 3640 section 3.3.6)', ({ units, packets }) => {
    const out = new Mpeg4AudioPacketizer(base).packetize(units.map(fromHex), 0)
    expect(out.map((packet) => hex(readPacket(packet).payload))).toEqual(
      packets.map((text) => text.replaceAll(' ', '')),
    )
  })

  it('packs headers of other widths bit by bit (RFC 3640 section 3.3.5, AAC-lbr)', () => {
    const packetizer = new Mpeg4AudioPacketizer({ ...base, sizeLength: 6, indexLength: 2, indexDeltaLength: 2 })
    const [packet] = packetizer.packetize([fromHex('aabbcc'), fromHex('dd')], 0)
    expect(hex(readPacket(packet!).payload)).toBe('0010' + '0c04' + 'aabbccdd')
    const narrow = new Mpeg4AudioPacketizer({ ...base, sizeLength: 6, indexLength: 0, indexDeltaLength: 0 })
    const [odd] = narrow.packetize([fromHex('aabbcc'), fromHex('dd')], 0)
    // 000011 000001 and four bits of padding.
    expect(hex(readPacket(odd!).payload)).toBe('000c' + '0c10' + 'aabbccdd')
  })

  it('gives each packet the time of its first unit and marks every packet that ends a unit', () => {
    const packetizer = new Mpeg4AudioPacketizer({ ...base, maxPayloadBytes: 64 })
    const units = [20, 20, 50, 100, 10].map((size) => filled(1, size))
    const packets = packetizer.packetize(units, 0xffffffff).map(readPacket)
    expect(
      packets.map(({ timestamp, marker, sequenceNumber, payload }) => [
        timestamp,
        marker,
        sequenceNumber,
        payload.length,
      ]),
    ).toEqual([
      [0xffffffff, true, 100, 46],
      [2047, true, 101, 54],
      [3071, false, 102, 64],
      [3071, true, 103, 44],
      [4095, true, 104, 14],
    ])
  })

  it('lets an empty unit take its time and a unit last as long as the caller says', () => {
    const packetizer = new Mpeg4AudioPacketizer({ ...base, ticksPerUnit: 2048 })
    const packets = packetizer.packetize([fromHex('aa'), fromHex(''), fromHex('bb')], 5).map(readPacket)
    expect(packets.map((packet) => packet.timestamp)).toEqual([5, 5 + 4096])
  })

  it('sends a unit that fits exactly whole, and cuts one that is a byte longer', () => {
    const packetizer = new Mpeg4AudioPacketizer({ ...base, maxPayloadBytes: 64, fragmentSize: 'fragment' })
    expect(packetizer.packetize([filled(1, 60)], 0)).toHaveLength(1)
    const payloads = packetizer.packetize([filled(1, 61)], 0).map((packet) => readPacket(packet).payload)
    expect(payloads.map((payload) => hex(payload.subarray(0, 4)))).toEqual(['001001e0', '00100008'])
  })

  it('writes the size of the whole unit into its fragments (RFC 3640 section 3.2.1.1)', () => {
    const packetizer = new Mpeg4AudioPacketizer({ ...base, maxPayloadBytes: 64 })
    const payloads = packetizer.packetize([filled(1, 61)], 0).map((packet) => readPacket(packet).payload)
    expect(payloads.map((payload) => hex(payload.subarray(0, 4)))).toEqual(['001001e8', '001001e8'])
  })

  it('refuses a unit that the size field cannot tell', () => {
    const packetizer = new Mpeg4AudioPacketizer(base)
    expect(packetizer.packetize([new Uint8Array(8191)], 0)).toHaveLength(6)
    expect(() => packetizer.packetize([new Uint8Array(8192)], 0)).toThrow(
      expect.objectContaining({ code: 'ERR_RTSP_USAGE' }),
    )
  })

  it.each([{ sizeLength: 0 }, { sizeLength: 17 }, { indexLength: -1 }, { indexDeltaLength: 17 }, { ticksPerUnit: 0 }])(
    'refuses %o as wrong use',
    (wrong) => {
      expect(() => new Mpeg4AudioPacketizer({ ...base, ...wrong })).toThrow(
        expect.objectContaining({ code: 'ERR_RTSP_USAGE' }),
      )
    },
  )

  it('loses nothing, stays within the limit and numbers packets without a gap, for any units', () => {
    const widths = fc.record({
      sizeLength: fc.integer({ min: 10, max: 16 }),
      indexLength: fc.integer({ min: 0, max: 8 }),
      indexDeltaLength: fc.integer({ min: 0, max: 8 }),
    })
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 700 }), { minLength: 1, maxLength: 12 }),
        fc.oneof(fc.constant(hbr), widths),
        fc.integer({ min: 64, max: 800 }),
        (units, fields, maxPayloadBytes) => {
          const packetizer = new Mpeg4AudioPacketizer({ ...base, ...fields, maxPayloadBytes })
          const raw = packetizer.packetize(units, 0)
          const packets = raw.map(readPacket)
          expect(depacketize(packets, fields).map(hex)).toEqual(units.map(hex))
          expect(Math.max(...packets.map((packet) => packet.payload.length))).toBeLessThanOrEqual(maxPayloadBytes)
          packets.forEach((packet, index) => expect(packet.sequenceNumber).toBe(100 + index))
          expect(raw[0]!.buffer.byteLength).toBe(raw.reduce((sum, packet) => sum + packet.length, 0))
        },
      ),
      { numRuns: 150 },
    )
  })
})
