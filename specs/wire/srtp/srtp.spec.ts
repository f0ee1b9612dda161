import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { createRtp } from '../../../src/wire/rtp/rtp-packet.ts'
import { createSrtpKeyMaterial } from '../../../src/wire/srtp/key-material.ts'
import { maxSsrcsPerContext } from '../../../src/wire/srtp/packet-layout.ts'
import { padBytes, scratch } from '../../../src/wire/srtp/packet-scratch.ts'
import { createSessionKeys } from '../../../src/wire/srtp/session-keys.ts'
import { SrtpReceiver } from '../../../src/wire/srtp/srtp-receiver.ts'
import { SrtpSender } from '../../../src/wire/srtp/srtp-sender.ts'
import { seededEntropy } from '../../../src/testing/seeded-entropy.ts'
import { rtcpBytes, rtpBytes, toHex, valueOf, vectorKeys } from './bytes.ts'

const mkis = fc.option(fc.uint8Array({ minLength: 1, maxLength: 255 }), { nil: undefined })
const withMki = (mki: Uint8Array | undefined) => (mki === undefined ? vectorKeys : { ...vectorKeys, mki })
const otherKeys = createSrtpKeyMaterial(seededEntropy(1))

describe('a round trip (RFC 3711 section 3.3)', () => {
  it('gives back any RTP packet, whose header stays in clear', () => {
    const fields = fc.record({
      payloadType: fc.integer({ min: 0, max: 127 }),
      marker: fc.boolean(),
      sequenceNumber: fc.integer({ min: 0, max: 0xffff }),
      timestamp: fc.integer({ min: 0, max: 0xffff_ffff }),
      ssrc: fc.integer({ min: 0, max: 0xffff_ffff }),
      csrcs: fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 15 }),
      extension: fc.option(
        fc.record({
          profile: fc.constant(0xabac),
          data: fc.integer({ min: 0, max: 5 }).map((words) => new Uint8Array(words * 4)),
        }),
        { nil: undefined },
      ),
      padding: fc.integer({ min: 0, max: 40 }),
      payload: fc.uint8Array({ maxLength: 1500 }),
    })
    fc.assert(
      fc.property(fields, mkis, ({ extension, ...rest }, mki) => {
        const packet = createRtp(extension === undefined ? rest : { ...rest, extension })
        const sender = new SrtpSender(withMki(mki))
        const secret = valueOf(sender.protectRtp(packet.bytes))
        expect(secret).toHaveLength(packet.bytes.length + sender.rtpOverheadBytes)
        expect(secret.subarray(0, packet.payloadOffset)).toEqual(packet.bytes.subarray(0, packet.payloadOffset))
        if (packet.payload.length > 8) expect(toHex(secret)).not.toContain(toHex(packet.payload))
        expect(toHex(valueOf(new SrtpReceiver(withMki(mki)).unprotectRtp(secret)))).toBe(toHex(packet.bytes))
      }),
    )
  })

  it('gives back any RTCP compound, and counts on', () => {
    const rest = fc.array(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 1400 }), { maxLength: 4 })
    fc.assert(
      fc.property(rest, mkis, (rests, mki) => {
        const sender = new SrtpSender(withMki(mki))
        const receiver = new SrtpReceiver(withMki(mki))
        for (const bytes of rests) {
          const compound = rtcpBytes(0x1234_5678, bytes)
          const secret = valueOf(sender.protectRtcp(compound))
          expect(secret).toHaveLength(compound.length + sender.rtcpOverheadBytes)
          expect(toHex(valueOf(receiver.unprotectRtcp(secret)))).toBe(toHex(compound))
        }
      }),
    )
  })

  it('works for the largest packets, and larger ones are refused', () => {
    const sender = new SrtpSender(vectorKeys)
    const packet = rtpBytes(1, 1, new Uint8Array(65_535 - 12 - 10).fill(7))
    const compound = rtcpBytes(
      1,
      Array.from({ length: 65_535 - 8 - 14 }, () => 7),
    )
    const receiver = new SrtpReceiver(vectorKeys)
    expect(valueOf(receiver.unprotectRtp(valueOf(sender.protectRtp(packet))))).toEqual(packet)
    expect(valueOf(receiver.unprotectRtcp(valueOf(sender.protectRtcp(compound))))).toEqual(compound)
    const code = 'ERR_RTSP_SRTP_MALFORMED'
    expect(sender.protectRtp(Uint8Array.of(...packet, 1))).toMatchObject({ code })
    expect(sender.protectRtcp(Uint8Array.of(...compound, 1))).toMatchObject({ code })
    expect(receiver.unprotectRtp(new Uint8Array(65_536))).toMatchObject({ code })
    expect(receiver.unprotectRtcp(new Uint8Array(65_536))).toMatchObject({ code })
  })

  it('into memory that is given, also over the packet itself', () => {
    const packet = rtpBytes(7, 1)
    const compound = rtcpBytes(7, [1, 2, 3, 4])
    const expected = valueOf(new SrtpSender(vectorKeys).protectRtp(packet))
    const expectedRtcp = valueOf(new SrtpSender(vectorKeys).protectRtcp(compound))
    const memory = new Uint8Array(64)
    memory.set(packet, 10)
    const sender = new SrtpSender(vectorKeys)
    expect(sender.protectRtpInto(memory.subarray(10, 10 + packet.length), memory, 4)).toBe(expected.length)
    expect(memory.subarray(4, 4 + expected.length)).toEqual(expected)
    expect(sender.protectRtcpInto(compound, memory, 30)).toBe(expectedRtcp.length)
    expect(memory.subarray(30, 30 + expectedRtcp.length)).toEqual(expectedRtcp)
    expect(() => sender.protectRtpInto(packet, memory, 64 - expected.length + 1)).toThrow('no room')
    expect(() => sender.protectRtcpInto(compound, memory, -1)).toThrow('no room')
  })

  it('gives arrays of the caller’s own', () => {
    const sender = new SrtpSender(vectorKeys)
    const receiver = new SrtpReceiver(vectorKeys)
    const first = valueOf(receiver.unprotectRtp(valueOf(sender.protectRtp(rtpBytes(7, 1)))))
    valueOf(receiver.unprotectRtp(valueOf(sender.protectRtp(rtpBytes(7, 2)))))
    expect(first).toEqual(rtpBytes(7, 1))
  })
})

describe('what never passes (RFC 3711 section 3.3)', () => {
  it('a packet in which any bit was changed; and the true one passes after it', () => {
    const packet = rtpBytes(0x1234_5678, 500)
    const compound = rtcpBytes(0x1234_5678, [1, 2, 3, 4])
    for (const mki of [undefined, Uint8Array.of(1, 2, 3, 4)]) {
      const sender = new SrtpSender(withMki(mki))
      const receiver = new SrtpReceiver(withMki(mki))
      const rtp = valueOf(sender.protectRtp(packet))
      const rtcp = valueOf(sender.protectRtcp(compound))
      for (let bit = 0; bit < rtp.length * 8; bit++)
        expect(isFailure(receiver.unprotectRtp(flipped(rtp, bit)))).toBe(true)
      for (let bit = 0; bit < rtcp.length * 8; bit++)
        expect(isFailure(receiver.unprotectRtcp(flipped(rtcp, bit)))).toBe(true)
      expect(valueOf(receiver.unprotectRtp(rtp))).toEqual(packet)
      expect(valueOf(receiver.unprotectRtcp(rtcp))).toEqual(compound)
      const next = valueOf(sender.protectRtp(rtpBytes(0x1234_5678, 501)))
      for (let bit = 0; bit < next.length * 8; bit++)
        expect(isFailure(receiver.unprotectRtp(flipped(next, bit)))).toBe(true)
      expect(valueOf(receiver.unprotectRtp(next))).toEqual(rtpBytes(0x1234_5678, 501))
    }
  })

  it('a packet that is cut off or lengthened anywhere', () => {
    const sender = new SrtpSender(vectorKeys)
    const receiver = new SrtpReceiver(vectorKeys)
    const rtp = valueOf(sender.protectRtp(rtpBytes(7, 1)))
    const rtcp = valueOf(sender.protectRtcp(rtcpBytes(7)))
    for (let size = 0; size < rtp.length; size++)
      expect(isFailure(receiver.unprotectRtp(rtp.subarray(0, size)))).toBe(true)
    for (let size = 0; size < rtcp.length; size++)
      expect(isFailure(receiver.unprotectRtcp(rtcp.subarray(0, size)))).toBe(true)
    expect(isFailure(receiver.unprotectRtp(Uint8Array.of(...rtp, 0)))).toBe(true)
    expect(isFailure(receiver.unprotectRtcp(Uint8Array.of(...rtcp, 0)))).toBe(true)
  })

  it('any bytes at all, and none makes it throw', () => {
    const receiver = new SrtpReceiver(withMki(undefined))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(isFailure(receiver.unprotectRtp(bytes))).toBe(true)
        expect(isFailure(receiver.unprotectRtcp(bytes))).toBe(true)
      }),
    )
  })

  it('a packet under another key, or with another key identifier or none', () => {
    const rtp = valueOf(new SrtpSender({ ...vectorKeys, mki: Uint8Array.of(1, 2) }).protectRtp(rtpBytes(7, 1)))
    const rtcp = valueOf(new SrtpSender({ ...vectorKeys, mki: Uint8Array.of(1, 2) }).protectRtcp(rtcpBytes(7)))
    const codes = (receiver: SrtpReceiver) => [receiver.unprotectRtp(rtp), receiver.unprotectRtcp(rtcp)]
    const wrongKey = { code: 'ERR_RTSP_SRTP_AUTHENTICATION' }
    const wrongMki = { code: 'ERR_RTSP_SRTP_MKI', text: 'MKI not found' }
    expect(codes(new SrtpReceiver({ ...otherKeys, mki: Uint8Array.of(1, 2) }))).toMatchObject([wrongKey, wrongKey])
    expect(codes(new SrtpReceiver({ ...vectorKeys, mki: Uint8Array.of(1, 3) }))).toMatchObject([wrongMki, wrongMki])
    expect(codes(new SrtpReceiver(vectorKeys))).toMatchObject([wrongKey, wrongKey])
  })

  it('a packet that was received before, or is 64 packets late', () => {
    const sender = new SrtpSender(vectorKeys)
    const receiver = new SrtpReceiver(vectorKeys)
    const rtp = Array.from({ length: 66 }, (_, index) => valueOf(sender.protectRtp(rtpBytes(7, 65_500 + index))))
    const rtcp = Array.from({ length: 66 }, () => valueOf(sender.protectRtcp(rtcpBytes(7))))
    const late = [0, 1]
    rtp.forEach((packet, index) => late.includes(index) || valueOf(receiver.unprotectRtp(packet)))
    rtcp.forEach((packet, index) => late.includes(index) || valueOf(receiver.unprotectRtcp(packet)))
    const code = 'ERR_RTSP_SRTP_REPLAYED'
    for (const packet of rtp) expect(receiver.unprotectRtp(packet)).toMatchObject({ code })
    for (const packet of rtcp) expect(receiver.unprotectRtcp(packet)).toMatchObject({ code })
  })
})

describe('SRTCP (RFC 3711 section 3.4)', () => {
  it('numbers the packets of each source from 1, with the E bit set', () => {
    const sender = new SrtpSender(vectorKeys)
    const trailer = (ssrc: number) => toHex(valueOf(sender.protectRtcp(rtcpBytes(ssrc))).subarray(8, 12))
    expect([trailer(7), trailer(7), trailer(8), trailer(7)]).toEqual(['80000001', '80000002', '80000001', '80000003'])
  })

  it('that is authentic but not encrypted (E bit 0) is taken as it is', () => {
    const compound = rtcpBytes(7, [1, 2, 3, 4])
    const authenticated = Uint8Array.of(...compound, 0, 0, 0, 9)
    scratch.bytes.set(authenticated, padBytes)
    const digest = createSessionKeys(vectorKeys, 'srtcp').authentication.digest(authenticated.length)
    const tag = Array.from({ length: 10 }, (_, index) => digest.charCodeAt(index))
    expect(new SrtpReceiver(vectorKeys).unprotectRtcp(Uint8Array.of(...authenticated, ...tag))).toEqual(compound)
  })
})

describe('the number of sources of one key', () => {
  it('is bounded, and only authentic packets count', () => {
    const sender = new SrtpSender(vectorKeys)
    const receiver = new SrtpReceiver(vectorKeys)
    const stranger = new SrtpSender(otherKeys)
    for (let ssrc = 0; ssrc < maxSsrcsPerContext; ssrc++) {
      receiver.unprotectRtp(valueOf(stranger.protectRtp(rtpBytes(1_000_000 + ssrc, 1))))
      receiver.unprotectRtcp(valueOf(stranger.protectRtcp(rtcpBytes(1_000_000 + ssrc))))
    }
    for (let ssrc = 0; ssrc < maxSsrcsPerContext; ssrc++) {
      valueOf(receiver.unprotectRtp(valueOf(sender.protectRtp(rtpBytes(ssrc, 1)))))
      valueOf(receiver.unprotectRtcp(valueOf(sender.protectRtcp(rtcpBytes(ssrc)))))
    }
    const code = 'ERR_RTSP_SRTP_SSRC_LIMIT'
    expect(sender.protectRtp(rtpBytes(5000, 1))).toMatchObject({ code })
    expect(sender.protectRtcp(rtcpBytes(5000))).toMatchObject({ code })
    const another = new SrtpSender(vectorKeys)
    expect(receiver.unprotectRtp(valueOf(another.protectRtp(rtpBytes(5000, 1))))).toMatchObject({ code })
    expect(receiver.unprotectRtcp(valueOf(another.protectRtcp(rtcpBytes(5000))))).toMatchObject({ code })
    valueOf(receiver.unprotectRtp(valueOf(sender.protectRtp(rtpBytes(3, 2)))))
  })
})

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = new Uint8Array(bytes)
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return changed
}
