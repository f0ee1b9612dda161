import { encodeRtcp } from '../../src/wire/rtcp/encode-rtcp.ts'
import { createRtp, RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import type { RtcpInput } from '../../src/wire/rtcp/rtcp-packet.ts'
import type { Client, Frame, Scene } from './scene.ts'

/** Packets of the reference tests, and short ways to look at those that arrived. */

/** An IDR picture of 16 bytes: it lets a sender report follow at once. */
export function idr(sequenceNumber = 0, timestamp = 0): Uint8Array {
  const payload = Uint8Array.of(5, 2, 3, 4)
  return createRtp({ payloadType: 96, sequenceNumber, timestamp, ssrc: 0x38f27a2f, payload }).bytes
}

/** A source description of 20 bytes. */
export const description = encodeRtcp({
  type: 'sourceDescription',
  chunks: [{ ssrc: 1234, items: [{ itemType: 1, text: 'myname' }] }],
})

/** An empty receiver report: a sign of life. */
export const signOfLife = encodeRtcp({ type: 'receiverReport', ssrc: 7, reports: [] })

/** A receiver report about one source. */
export function lossReport(ssrc: number, totalLost: number): Uint8Array {
  const report: RtcpInput = {
    type: 'receiverReport',
    ssrc: 0x999,
    reports: [
      {
        ssrc,
        fractionLost: 0,
        totalLost,
        extendedSequenceNumber: 0,
        jitterTicks: 0,
        lastSenderReport: 0,
        delaySinceLastSenderReport: 0,
      },
    ],
  }
  return encodeRtcp(report)
}

/** 19:00:00 on 2018-02-20, UTC, as the reports of the reference tests have it. */
export const reportedWallMs = Date.UTC(2018, 1, 20, 19, 0, 0)

/** RTCP packet type of the bytes. */
export function rtcpType(bytes: Uint8Array): number {
  return bytes[1] ?? 0
}

/** Takes in what has arrived and returns the frames of it. */
export function framesOf(scene: Scene, client: Client): readonly Frame[] {
  scene.settle()
  client.read()
  return client.frames()
}

/** Sequence numbers of RTP frames, in order. */
export function sequenceNumbers(frames: readonly Frame[], channel = 0): readonly number[] {
  return frames.filter((frame) => frame.channel === channel).map(({ payload }) => new RtpPacket(payload).sequenceNumber)
}

/** `answer` and `frame 0` and so on, in the order in which a client received them. */
export function kindsOf(client: Client): readonly string[] {
  return client.received.map((each) => ('statusCode' in each ? 'answer' : `frame ${each.channel}`))
}
