import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { encodeRtcp } from '../../../src/wire/rtcp/encode-rtcp.ts'
import { parseRtcp } from '../../../src/wire/rtcp/parse-rtcp.ts'
import type { ReceptionReport, RtcpInput, RtcpPacket } from '../../../src/wire/rtcp/rtcp-packet.ts'

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))
}

function parsed(bytes: Uint8Array): readonly RtcpPacket[] {
  const packets = parseRtcp(bytes)
  if (isFailure(packets)) throw new Error(packets.text)
  return packets
}

function textOf(bytes: Uint8Array): string {
  const packets = parseRtcp(bytes)
  return isFailure(packets) ? `${packets.code}: ${packets.text}` : 'accepted'
}

const report: ReceptionReport = {
  ssrc: 0x0102_0304,
  fractionLost: 85,
  totalLost: 1,
  extendedSequenceNumber: 0x1_0122,
  jitterTicks: 2812,
  lastSenderReport: 0x887a_17ce,
  delaySinceLastSenderReport: 65536,
}
const reportHex = '01020304 55000001 00010122 00000afc 887a17ce 00010000'

const vectors: readonly (readonly [string, RtcpInput, string])[] = [
  [
    'sender report (RFC 3550 section 6.4.1)',
    {
      type: 'senderReport',
      ssrc: 0xba9d_a416,
      ntp: { seconds: 0xe363_887a, fraction: 0x17ce_d916 },
      rtpTimestamp: 1287981738,
      packetCount: 714,
      octetCount: 859127,
      reports: [],
    },
    '80c80006 ba9da416 e363887a 17ced916 4cc50aaa 000002ca 000d1bf7',
  ],
  [
    'sender report with a block',
    {
      type: 'senderReport',
      ssrc: 1,
      ntp: { seconds: 2, fraction: 3 },
      rtpTimestamp: 4,
      packetCount: 5,
      octetCount: 6,
      reports: [report],
    },
    `81c8000c 00000001 00000002 00000003 00000004 00000005 00000006 ${reportHex}`,
  ],
  [
    'receiver report (RFC 3550 section 6.4.2)',
    { type: 'receiverReport', ssrc: 0x6507_9042, reports: [report] },
    `81c90007 65079042 ${reportHex}`,
  ],
  ['empty receiver report', { type: 'receiverReport', ssrc: 7, reports: [] }, '80c90001 00000007'],
  [
    'source description of the conformance checklist (RFC 3550 section 6.5)',
    { type: 'sourceDescription', chunks: [{ ssrc: 1234, items: [{ itemType: 1, text: 'myname' }] }] },
    '81ca0004 000004d2 01066d79 6e616d65 00000000',
  ],
  [
    'source description with two chunks',
    {
      type: 'sourceDescription',
      chunks: [
        { ssrc: 1, items: [{ itemType: 1, text: 'a' }] },
        {
          ssrc: 2,
          items: [
            { itemType: 2, text: 'é' },
            { itemType: 6, text: '' },
          ],
        },
      ],
    },
    '82ca0005 00000001 01016100 00000002 0202c3a9 06000000',
  ],
  ['goodbye (RFC 3550 section 6.6)', { type: 'goodbye', ssrcs: [1, 2], reason: '' }, '82cb0002 00000001 00000002'],
  [
    'goodbye with a reason',
    { type: 'goodbye', ssrcs: [1], reason: 'teardown' },
    '81cb0004 00000001 08746561 72646f77 6e000000',
  ],
  [
    'application-defined packet (RFC 3550 section 6.7)',
    { type: 'applicationDefined', subtype: 3, ssrc: 1, name: 'qtsi', data: hex('01020304') },
    '83cc0003 00000001 71747369 01020304',
  ],
  [
    'picture loss indication (RFC 4585 section 6.3.1)',
    { type: 'feedback', packetType: 206, format: 1, senderSsrc: 1, mediaSsrc: 2, fci: new Uint8Array(0) },
    '81ce0002 00000001 00000002',
  ],
  [
    'generic NACK (RFC 4585 section 6.2.1)',
    { type: 'feedback', packetType: 205, format: 1, senderSsrc: 1, mediaSsrc: 2, fci: hex('00050003') },
    '81cd0003 00000001 00000002 00050003',
  ],
  [
    'extended report (RFC 3611)',
    { type: 'unknown', packetType: 207, count: 0, body: hex('00000001') },
    '80cf0001 00000001',
  ],
]

describe('[72] RTCP on the wire', () => {
  it.each(vectors)('%s: is written byte for byte', (_, packet, bytes) => {
    expect(encodeRtcp(packet)).toEqual(hex(bytes))
  })

  it.each(vectors)('%s: is read back', (_, packet, bytes) => {
    expect(parsed(hex(bytes))).toEqual([{ ...packet, bytes: hex(bytes) }])
  })

  it('splits a compound, each packet with its own bytes (RFC 3550 section 6.1)', () => {
    const whole = encodeRtcp(vectors.map(([, packet]) => packet))
    expect(whole).toEqual(hex(vectors.map(([, , bytes]) => bytes).join('')))
    const packets = parsed(whole)
    expect(packets.map(({ type }) => type)).toEqual(vectors.map(([, packet]) => packet.type))
    expect(Buffer.concat(packets.map(({ bytes }) => bytes))).toEqual(Buffer.from(whole))
    expect(encodeRtcp(packets)).toEqual(whole)
  })

  it('reads the total of lost packets as signed (RFC 3550 section 6.4.1)', () => {
    const input: RtcpInput = {
      type: 'receiverReport',
      ssrc: 1,
      reports: [{ ...report, fractionLost: 255, totalLost: -2 }],
    }
    expect(parsed(encodeRtcp(input))[0]).toMatchObject({ reports: [{ fractionLost: 255, totalLost: -2 }] })
  })

  it('takes padding off (RFC 3550 section 6.4.1)', () => {
    expect(parsed(hex('a1ce0003 00000001 00000002 00000004'))[0]).toMatchObject({ fci: new Uint8Array(0) })
    expect(parsed(hex('a1cb0002 00000001 00000004'))[0]).toMatchObject({ ssrcs: [1], reason: '' })
  })

  it('takes an impossible padding count for content', () => {
    expect(parsed(hex('a1ce0003 00000001 00000002 000000ff'))[0]).toMatchObject({ fci: hex('000000ff') })
  })

  it('accepts a description whose last item ends on the boundary without a terminator (Hanwha QNV-8080R)', () => {
    const bytes = hex('81ca0003 11223344 01 06 63616d657261')
    expect(parsed(bytes)).toEqual([
      { type: 'sourceDescription', chunks: [{ ssrc: 0x1122_3344, items: [{ itemType: 1, text: 'camera' }] }], bytes },
    ])
  })

  it('accepts such a description inside a compound', () => {
    const packets = parsed(hex('80c90001 00000007 81ca0003 11223344 0106 63616d657261 80c90001 00000008'))
    expect(packets.map(({ type }) => type)).toEqual(['receiverReport', 'sourceDescription', 'receiverReport'])
  })

  it('accepts more zeros than needed behind the items of a single chunk', () => {
    expect(textOf(hex('81ca0004 11223344 01016100 00000000 00000000'))).toBe('accepted')
  })

  const shortText = 'ERR_RTSP_RTCP_MALFORMED: rtcp: packet too short'
  it.each([
    ['nothing', ''],
    ['two bytes', '0102'],
    ['a length beyond the end', '80c90002 00000001'],
    ['bytes behind a packet', '80c90001 00000001 80'],
    ['a sender report without its counters', '80c80001 00000001'],
    ['fewer blocks than counted', '82c90007 65079042' + reportHex],
    ['a description that ends in an item', '81ca0003 11223344 0106 63616d0000ff'.slice(0, -6)],
    ['an item longer than the packet', '81ca0002 11223344 01ff6161'],
    ['an item without a length', '81ca0002 11223344 01016101'],
    ['fewer chunks than counted', '82ca0002 00000001 01016100'],
    ['no terminator in one of several chunks', '82ca0004 00000001 01026161 00000002 01026161'],
    ['bytes behind a chunk', '81ca0003 00000001 01016100 00000009'],
    ['a chunk that is not counted', '80ca0002 00000001 00000000'],
    ['a description without its source', '81ca0000'],
    ['a goodbye without its sources', '82cb0001 00000001'],
    ['a reason longer than the packet', '81cb0002 00000001 04616161'],
    ['an application-defined packet without a name', '80cc0001 00000001'],
    ['feedback without its sources', '81ce0001 00000001'],
  ])('refuses %s', (_, bytes) => {
    expect(textOf(hex(bytes))).toBe(shortText)
  })

  it.each([
    ['0', '00c90001 00000001'],
    ['1', '40c90001 00000001'],
    ['3', 'c0c90001 00000001'],
    ['0 in the corpus of the reference', '30000000'],
  ])('refuses version %s', (_, bytes) => {
    expect(textOf(hex(bytes))).toBe('ERR_RTSP_RTCP_MALFORMED: rtcp: invalid packet version')
  })

  it('gives the same failure object every time, since a peer can cause it at line rate', () => {
    expect(parseRtcp(hex('01'))).toBe(parseRtcp(hex('0102')))
  })

  it('never throws on random bytes, and what it accepts can be written again', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    const words = fc.array(byte, { maxLength: 80 }).map((body) => body.slice(0, body.length - (body.length % 4)))
    const framed = fc
      .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 199, max: 208 }), words)
      .map(([low, type, body]) => new Uint8Array([0x80 | low, type, 0, body.length / 4, ...body]))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), framed), (bytes) => {
        const packets = parseRtcp(bytes)
        if (isFailure(packets)) return
        const again = parsed(encodeRtcp(packets.map(withSoundTexts)))
        expect(again.map(({ type }) => type)).toEqual(packets.map(({ type }) => type))
      }),
    )
  })

  it('is undone by parsing', () => {
    const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
    const reports = fc.array(
      fc.record({
        ssrc: uint32,
        fractionLost: fc.integer({ min: 0, max: 255 }),
        totalLost: fc.integer({ min: -0x80_0000, max: 0x7f_ffff }),
        extendedSequenceNumber: uint32,
        jitterTicks: uint32,
        lastSenderReport: uint32,
        delaySinceLastSenderReport: uint32,
      }),
      { maxLength: 31 },
    )
    const text = fc.string({ maxLength: 60, unit: 'binary-ascii' })
    const items = fc.array(fc.record({ itemType: fc.integer({ min: 1, max: 255 }), text }), { maxLength: 4 })
    const packet: fc.Arbitrary<RtcpInput> = fc.oneof(
      fc.record({ type: fc.constant('receiverReport' as const), ssrc: uint32, reports }),
      fc.record({
        type: fc.constant('senderReport' as const),
        ssrc: uint32,
        ntp: fc.record({ seconds: uint32, fraction: uint32 }),
        rtpTimestamp: uint32,
        packetCount: uint32,
        octetCount: uint32,
        reports,
      }),
      fc.record({
        type: fc.constant('sourceDescription' as const),
        chunks: fc.array(fc.record({ ssrc: uint32, items }), { maxLength: 31 }),
      }),
      fc.record({ type: fc.constant('goodbye' as const), ssrcs: fc.array(uint32, { maxLength: 31 }), reason: text }),
    )
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 4 }), (packets) => {
        expect(parsed(encodeRtcp(packets))).toMatchObject(packets)
      }),
      { numRuns: 50 },
    )
  })

  it.each<[string, RtcpInput]>([
    ['more than 31 sources', { type: 'goodbye', ssrcs: new Array<number>(32).fill(0), reason: '' }],
    ['a text of more than 255 bytes', { type: 'goodbye', ssrcs: [], reason: 'é'.repeat(128) }],
    [
      'a name of three bytes',
      { type: 'applicationDefined', subtype: 0, ssrc: 0, name: 'abc', data: new Uint8Array(0) },
    ],
    ['half a word of data', { type: 'unknown', packetType: 207, count: 0, body: new Uint8Array(2) }],
    ['item type 0', { type: 'sourceDescription', chunks: [{ ssrc: 0, items: [{ itemType: 0, text: '' }] }] }],
  ])('throws a usage error for %s', (_, packet) => {
    expect(() => encodeRtcp(packet)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })
})

/** Replacement characters may make a text longer than a length byte can say. */
function withSoundTexts(packet: RtcpPacket): RtcpPacket {
  if (packet.type === 'goodbye') return { ...packet, reason: packet.reason.slice(0, 80) }
  if (packet.type !== 'sourceDescription') return packet
  const shorten = (text: string): string => text.slice(0, 80)
  const chunks = packet.chunks.map(({ ssrc, items }) => ({
    ssrc,
    items: items.map(({ itemType, text }) => ({ itemType, text: shorten(text) })),
  }))
  return { ...packet, chunks }
}
