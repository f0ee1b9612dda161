import { describe, expect, it } from 'vitest'
import { jpegHeader } from '../../../src/formats/depacketize/jpeg-header.ts'
import { MJPEGPacketizer } from '../../../src/formats/packetize/mjpeg-packetizer.ts'
import { filled, joined, readPacket } from './rtp-packets.ts'

describe('quantization tables of M-JPEG', () => {
  it('are two, luma and chroma, even when the image has one for both: FFmpeg drops packets with 64 bytes of tables', () => {
    const table = filled(9, 64)
    const header = { width: 16, height: 16, isChromaHalfHeight: true, quantizationTables: table, restartInterval: 0 }
    const image = joined([jpegHeader(header), Uint8Array.of(1, 2, 3), Uint8Array.of(0xff, 0xd9)])
    const packetizer = new MJPEGPacketizer({ payloadType: 26, ssrc: 1, initialSequenceNumber: 0 })
    const [packet] = packetizer.packetize({ codec: 'MJPEG', timestamp: 0, image })
    const { payload } = readPacket(packet ?? new Uint8Array())
    // RFC 2435 section 3.1.8: must-be-zero, precision, length, tables; section 4.1 has table 0 for luma, 1 for chroma.
    expect(payload.subarray(8)).toEqual(joined([Uint8Array.of(0, 0, 0, 128), table, table, Uint8Array.of(1, 2, 3)]))
  })
})
