import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { SrtpReceiver } from '../../../src/wire/srtp/srtp-receiver.ts'
import { SrtpSender } from '../../../src/wire/srtp/srtp-sender.ts'
import { rtcpBytes, rtpBytes, valueOf, vectorKeys } from './bytes.ts'

/** The rollover counter, which is never sent: what happens to it when the network or the sender do their worst. */

const ssrc = 0x1234_5678

/** A sender whose next packet has this index. */
function senderAt(index: number): { send: (index: number) => Uint8Array; rollover: () => number } {
  const sender = new SrtpSender(vectorKeys, new Map([[ssrc, Math.floor(index / 65_536)]]))
  return {
    send: (at) => valueOf(sender.protectRtp(rtpBytes(ssrc, at % 65_536))),
    rollover: () => sender.rollover(ssrc),
  }
}

describe('sender and receiver stay together', () => {
  it('over loss, reordering and repetition, anywhere around the wrap (RFC 3711 section 3.3.1)', () => {
    // Each step: how many packets are lost first (from none to nearly half of the number space), and how a batch of
    // packets after them is shuffled.
    const step = fc.record({
      lost: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 32_000 })),
      order: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 10 }),
      repeats: fc.boolean(),
    })
    const start = fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 65_500, max: 65_560 }))
    fc.assert(
      fc.property(start, fc.array(step, { minLength: 1, maxLength: 30 }), (first, steps) => {
        const sender = senderAt(first)
        const receiver = new SrtpReceiver(vectorKeys, new Map([[ssrc, Math.floor(first / 65_536)]]))
        let index = first
        valueOf(receiver.unprotectRtp(sender.send(index)))
        for (const { lost, order, repeats } of steps) {
          const from = index + 1 + lost
          const sent = Array.from({ length: 10 }, (_, each) => sender.send(from + each))
          for (const each of order) {
            const packet = sent[each] ?? new Uint8Array(0)
            expect(valueOf(receiver.unprotectRtp(packet))).toEqual(rtpBytes(ssrc, (from + each) % 65_536))
            if (repeats) expect(receiver.unprotectRtp(packet)).toMatchObject({ code: 'ERR_RTSP_SRTP_REPLAYED' })
          }
          index = from + 9
          expect(sender.rollover()).toBe(Math.floor(index / 65_536))
        }
        expect(receiver.rollover(ssrc)).toBe(
          Math.floor((index - 9 + Math.max(...(steps.at(-1)?.order ?? []))) / 65_536),
        )
      }),
    )
  })

  it.each([
    [65_535, 65_536 + 100],
    [65_435, 65_536 + 1],
    [65_535, 65_536 + 32_766],
    [40_000, 65_536 + 7_000],
  ])('when all from %i to %i is lost', (last, next) => {
    const sender = senderAt(last)
    const receiver = new SrtpReceiver(vectorKeys)
    valueOf(receiver.unprotectRtp(sender.send(last)))
    for (let index = last + 1; index < next; index++) sender.send(index)
    for (let index = next; index < next + 100; index++) valueOf(receiver.unprotectRtp(sender.send(index)))
    expect(receiver.rollover(ssrc)).toBe(1)
  })

  it('when forged packets with any sequence number arrive in between', () => {
    const receiver = new SrtpReceiver(vectorKeys)
    const sender = senderAt(65_000)
    for (let index = 65_000; index < 66_000; index++) {
      valueOf(receiver.unprotectRtp(sender.send(index)))
      const forged = new Uint8Array(rtpBytes(ssrc, (index * 7919) % 65_536, new Uint8Array(30)))
      expect(isFailure(receiver.unprotectRtp(forged))).toBe(true)
      expect(receiver.rollover(ssrc)).toBe(index < 65_536 ? 0 : 1)
    }
  })

  it('when a packet from before the wrap comes after it', () => {
    const sender = senderAt(65_534)
    const receiver = new SrtpReceiver(vectorKeys)
    const sent = [65_534, 65_535, 65_536, 65_537].map((index) => sender.send(index))
    for (const at of [0, 3, 1, 2]) valueOf(receiver.unprotectRtp(sent[at] ?? new Uint8Array(0)))
    expect(receiver.rollover(ssrc)).toBe(1)
  })
})

describe('a receiver that joins late (RFC 3711 section 3.3.1)', () => {
  it('starts at the rollover counter it is told, with whatever sequence number comes first', () => {
    for (const sequence of [0, 1, 30_000, 40_000, 65_535]) {
      const sender = senderAt(3 * 65_536 + sequence)
      const packet = sender.send(3 * 65_536 + sequence)
      const told = new SrtpReceiver(vectorKeys, new Map([[ssrc, sender.rollover()]]))
      expect(told.rollover(ssrc)).toBe(3)
      valueOf(told.unprotectRtp(packet))
      expect(told.rollover(ssrc)).toBe(3)
      const untold = new SrtpReceiver(vectorKeys)
      expect(untold.unprotectRtp(packet)).toMatchObject({ code: 'ERR_RTSP_SRTP_AUTHENTICATION' })
    }
  })

  it('finds the sender when the number wrapped between SETUP and the first packet, but no later', () => {
    const sender = senderAt(65_535)
    const packets = [65_535, 65_536, 65_537].map((index) => sender.send(index))
    const receiver = new SrtpReceiver(vectorKeys)
    valueOf(receiver.unprotectRtp(packets[1] ?? new Uint8Array(0)))
    expect(receiver.rollover(ssrc)).toBe(1)
    valueOf(receiver.unprotectRtp(packets[0] ?? new Uint8Array(0)))
    valueOf(receiver.unprotectRtp(packets[2] ?? new Uint8Array(0)))
    const twoLater = senderAt(2 * 65_536).send(2 * 65_536)
    expect(new SrtpReceiver(vectorKeys).unprotectRtp(twoLater)).toMatchObject({ code: 'ERR_RTSP_SRTP_AUTHENTICATION' })
  })
})

describe('the end of a key (RFC 3711 section 9.2)', () => {
  it('is told by the sender and leaves it as it was', () => {
    const last = 2 ** 48 - 1
    const sender = new SrtpSender(vectorKeys, new Map([[ssrc, 0xffff_ffff]]))
    const receiver = new SrtpReceiver(vectorKeys, new Map([[ssrc, 0xffff_ffff]]))
    const packet = valueOf(sender.protectRtp(rtpBytes(ssrc, last % 65_536)))
    valueOf(receiver.unprotectRtp(packet))
    const code = 'ERR_RTSP_SRTP_EXHAUSTED'
    expect(sender.protectRtp(rtpBytes(ssrc, 0))).toMatchObject({ code })
    expect(sender.rollover(ssrc)).toBe(0xffff_ffff)
    packet[2] = 0
    packet[3] = 0
    expect(receiver.unprotectRtp(packet)).toMatchObject({ code })
    expect(sender.protectRtcp(rtcpBytes(ssrc))).toBeInstanceOf(Uint8Array)
  })

  it('is told for SRTCP as well, after 2^31 - 1 packets', () => {
    const sender = new SrtpSender(vectorKeys, new Map(), new Map([[ssrc, 0x7fff_fffe]]))
    const receiver = new SrtpReceiver(vectorKeys)
    const last = valueOf(sender.protectRtcp(rtcpBytes(ssrc)))
    expect([...last.subarray(8, 12)]).toEqual([255, 255, 255, 255])
    valueOf(receiver.unprotectRtcp(last))
    expect(sender.protectRtcp(rtcpBytes(ssrc))).toMatchObject({ code: 'ERR_RTSP_SRTP_EXHAUSTED' })
  })
})
