import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { createRtp, parseRtp, RtpPacket, rtpProblem, type RtpFields } from '../../../src/wire/rtp/rtp-packet.ts'

// The packet of the conformance checklist: an IDR slice.
const idr = new Uint8Array([0x80, 96, 0, 0, 0, 0, 0, 0, 0x38, 0xf2, 0x7a, 0x2f, 5, 2, 3, 4])

// Everything a header can have: padding, extension, two contributing sources.
const full = new Uint8Array([
  ...[0xb2, 0xe0, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0xaa, 0xbb, 0xcc, 0xdd],
  ...[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff],
  ...[0xab, 0xac, 0, 1, 9, 8, 7, 6],
  ...[0x61, 0x62, 0x63],
  ...[0, 0, 3],
])

function withBytes(bytes: Uint8Array, changes: Readonly<Record<number, number>>): Uint8Array {
  const copy = new Uint8Array(bytes)
  for (const [at, value] of Object.entries(changes)) copy[Number(at)] = value
  return copy
}

describe('RtpPacket', () => {
  it('reads the fixed header (RFC 3550 section 5.1)', () => {
    const packet = new RtpPacket(idr)
    expect(packet.version).toBe(2)
    expect(packet.marker).toBe(false)
    expect(packet.payloadType).toBe(96)
    expect(packet.sequenceNumber).toBe(0)
    expect(packet.timestamp).toBe(0)
    expect(packet.ssrc).toBe(0x38f2_7a2f)
    expect(packet.csrcs).toEqual([])
    expect(packet.extensionProfile).toBeUndefined()
    expect(packet.extension).toBeUndefined()
    expect([...packet.payload]).toEqual([5, 2, 3, 4])
  })

  it('finds the payload behind sources and extension, and in front of padding', () => {
    const packet = new RtpPacket(full)
    expect(packet.marker).toBe(true)
    expect(packet.sequenceNumber).toBe(0x1234)
    expect(packet.timestamp).toBe(0x0102_0304)
    expect(packet.ssrc).toBe(0xaabb_ccdd)
    expect(packet.csrcs).toEqual([1, 0xffff_ffff])
    expect(packet.extensionProfile).toBe(0xabac)
    expect([...(packet.extension ?? [])]).toEqual([9, 8, 7, 6])
    expect(packet.payloadOffset).toBe(28)
    expect(packet.paddingBytes).toBe(3)
    expect([...packet.payload]).toEqual([0x61, 0x62, 0x63])
  })

  it('views into the bytes it was given and reads the payload once', () => {
    const packet = new RtpPacket(full)
    expect(packet.bytes).toBe(full)
    expect(packet.payload.buffer).toBe(full.buffer)
    expect(packet.payload).toBe(packet.payload)
  })

  it('owns its bytes after clone()', () => {
    const bytes = new Uint8Array(idr)
    const packet = new RtpPacket(bytes)
    const copy = packet.clone()
    bytes.fill(0xff)
    expect(copy.ssrc).toBe(0x38f2_7a2f)
    expect([...copy.payload]).toEqual([5, 2, 3, 4])
  })

  it('says what it is in one line', () => {
    expect(String(new RtpPacket(full))).toBe(
      'RTP PT 96 sequence 4660 timestamp 16909060 SSRC 2864434397 marker, 3 bytes',
    )
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const packet = new RtpPacket(bytes)
        expect(packet.payload.length + (packet.extension?.length ?? 0) + packet.csrcs.length).toBeGreaterThanOrEqual(0)
        expect(packet.toString()).toContain('RTP')
      }),
    )
  })
})

describe('rtpProblem', () => {
  it.each([
    ['empty', new Uint8Array(0), 'RTP header size insufficient: 0 < 4'],
    ['two bytes', new Uint8Array([1, 2]), 'RTP header size insufficient: 2 < 4'],
    ['short header', idr.subarray(0, 11), 'RTP header size insufficient: 11 < 12'],
    ['sources missing', withBytes(idr.subarray(0, 12), { 0: 0x82 }), 'RTP header size insufficient: 12 < 20'],
    [
      'extension header missing',
      withBytes(idr.subarray(0, 15), { 0: 0x90 }),
      'RTP header size insufficient for extension',
    ],
    ['extension beyond the end', withBytes(idr, { 0: 0x90, 15: 1 }), 'RTP header size insufficient for extension'],
    ['padding beyond the payload', withBytes(idr, { 0: 0xa0, 15: 5 }), 'buffer is too small'],
    ['padding of nothing', withBytes(idr.subarray(0, 12), { 0: 0xa0 }), 'buffer is too small'],
  ])('names what is wrong: %s', (_, bytes, text) => {
    expect(rtpProblem(bytes)).toBe(text)
    // Equal by identity: a flood of them costs no memory.
    expect(Object.is(rtpProblem(bytes), rtpProblem(new Uint8Array(bytes)))).toBe(true)
    const failure = parseRtp(bytes)
    expect(isFailure(failure) && failure.code).toBe('ERR_RTSP_RTP_MALFORMED')
    expect(isFailure(failure) && failure.text).toContain(text)
  })

  it('finds nothing wrong with sound packets', () => {
    expect(rtpProblem(idr)).toBeNull()
    expect(rtpProblem(full)).toBeNull()
    expect(rtpProblem(idr.subarray(0, 12))).toBeNull()
  })

  it('does not look at the version', () => {
    expect(rtpProblem(withBytes(idr, { 0: 0 }))).toBeNull()
  })

  it('tolerates a padding count of 0, and the payload keeps that byte', () => {
    const packet = parseRtp(withBytes(idr, { 0: 0xa0, 15: 0 }))
    expect(!isFailure(packet) && [...packet.payload]).toEqual([5, 2, 3, 0])
  })

  it('accepts padding that is the whole payload', () => {
    const packet = parseRtp(withBytes(idr, { 0: 0xa0, 15: 4 }))
    expect(!isFailure(packet) && packet.payload.length).toBe(0)
  })

  it('never throws, and what it passes can be read within its bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 96 }), (bytes) => {
        if (rtpProblem(bytes) !== null) return
        const packet = new RtpPacket(bytes)
        expect(packet.payloadOffset + packet.payload.length + packet.paddingBytes).toBe(bytes.length)
      }),
    )
  })
})

describe('createRtp', () => {
  it('writes the bytes of the conformance packet', () => {
    const packet = createRtp({
      payloadType: 96,
      sequenceNumber: 0,
      timestamp: 0,
      ssrc: 0x38f2_7a2f,
      payload: new Uint8Array([5, 2, 3, 4]),
    })
    expect(packet.bytes).toEqual(idr)
  })

  it('writes every part of a header', () => {
    const packet = createRtp({
      payloadType: 96,
      sequenceNumber: 0x1_1234,
      timestamp: 0x1_0102_0304,
      ssrc: 0xaabb_ccdd,
      marker: true,
      csrcs: [1, 0xffff_ffff],
      extension: { profile: 0xabac, data: new Uint8Array([9, 8, 7, 6]) },
      padding: 3,
      payload: new Uint8Array([0x61, 0x62, 0x63]),
    })
    expect(packet.bytes).toEqual(full)
  })

  it('is undone by parsing', () => {
    const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
    const fields = fc.record({
      payloadType: fc.integer({ min: 0, max: 127 }),
      sequenceNumber: fc.integer({ min: 0, max: 0xffff }),
      timestamp: uint32,
      ssrc: uint32,
      marker: fc.boolean(),
      csrcs: fc.array(uint32, { maxLength: 15 }),
      extension: fc.record({
        profile: fc.constantFrom(0, 0xabac, 0x4321),
        data: fc.array(uint32, { maxLength: 8 }).map((words) => new Uint8Array(words.length * 4).fill(7)),
      }),
      padding: fc.integer({ min: 0, max: 255 }),
      payload: fc.uint8Array({ maxLength: 200 }),
    })
    fc.assert(
      fc.property(fields, (value: RtpFields) => {
        const packet = parseRtp(createRtp(value).bytes)
        if (isFailure(packet)) throw new Error(packet.text)
        expect(packet).toMatchObject({
          version: 2,
          payloadType: value.payloadType,
          sequenceNumber: value.sequenceNumber,
          timestamp: value.timestamp,
          ssrc: value.ssrc,
          marker: value.marker,
          csrcs: value.csrcs,
          extensionProfile: value.extension?.profile,
          extension: value.extension?.data,
          paddingBytes: value.padding,
          payload: value.payload,
        })
      }),
    )
  })

  it.each([
    ['payload type', { payloadType: 128 }],
    ['payload type', { payloadType: 1.5 }],
    ['padding', { padding: 256 }],
    ['contributing sources', { csrcs: new Array<number>(16).fill(0) }],
    ['extension size', { extension: { profile: 0, data: new Uint8Array(3) } }],
    ['extension profile', { extension: { profile: -1, data: new Uint8Array(4) } }],
  ])('throws a usage error for a %s out of range', (what, change) => {
    const fields = { payloadType: 96, sequenceNumber: 0, timestamp: 0, ssrc: 0, payload: new Uint8Array(0), ...change }
    expect(() => createRtp(fields)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
    expect(() => createRtp(fields)).toThrow(what)
  })
})
