import { describe, expect, it } from 'vitest'
import { h264Format, mpeg4AudioFormat, vp8Format } from '../../../src/formats/create-format.ts'
import { createPacketizer } from '../../../src/formats/packetize/create-packetizer.ts'
import { filled, readPacket } from './rtp-packets.ts'

const options = { ssrc: 1, initialSequenceNumber: 0, initialTimestamp: 0xffff_ff00 }
const timestamp = 0x200

describe('initialTimestamp, added to the timestamps of units (RFC 3550 section 5.1)', () => {
  it('of H264', () => {
    const packetizer = createPacketizer(h264Format({ payloadType: 96 }), options)
    const packets = packetizer.packetize({ codec: 'H264', timestamp, nalus: [filled(0x65, 2000), filled(0x41, 9)] })
    expect(packets.map((packet) => readPacket(packet).timestamp)).toEqual(packets.map(() => 0x100))
  })

  it('of MPEG-4 audio', () => {
    const format = mpeg4AudioFormat({ payloadType: 96, config: Uint8Array.of(0x11, 0x90) })
    const packets = createPacketizer(format, options).packetize({ codec: 'MPEG4Audio', timestamp, data: filled(1, 40) })
    expect(packets.map((packet) => readPacket(packet).timestamp)).toEqual([0x100])
  })

  it('of every other codec', () => {
    const packetizer = createPacketizer(vp8Format({ payloadType: 96 }), options)
    const packets = packetizer.packetize({ codec: 'VP8', timestamp, frame: filled(0, 40) })
    expect(packets.map((packet) => readPacket(packet).timestamp)).toEqual([0x100])
  })

  it('is a whole number of 32 bits', () => {
    const format = vp8Format({ payloadType: 96 })
    for (const initialTimestamp of [-1, 0.5, 2 ** 32]) {
      expect(() => createPacketizer(format, { ...options, initialTimestamp })).toThrow('initialTimestamp')
    }
  })
})
