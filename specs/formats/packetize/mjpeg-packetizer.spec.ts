import { describe, expect, it } from 'vitest'
import { mjpegFormat } from '../../../src/formats/create-format.ts'
import { MJPEGDepacketizer } from '../../../src/formats/depacketize/mjpeg-depacketizer.ts'
import { createPacketizer } from '../../../src/formats/packetize/create-packetizer.ts'
import { both, file, inBand, payload } from '../depacketize/jpeg-samples.ts'
import { pushAll, received } from '../depacketize/push-all.ts'
import { fromHex, hex, readPacket } from './rtp-packets.ts'

describe('MJPEGPacketizer (RFC 2435)', () => {
  const send = (image: Uint8Array, maxPayloadBytes = 200) =>
    createPacketizer(mjpegFormat(), { ssrc: 1, initialSequenceNumber: 0, maxPayloadBytes }).packetize({
      codec: 'MJPEG',
      timestamp: 9,
      image,
    })
  const image = (restartInterval: number) =>
    fromHex(file({ tables: both, scan: 'ab'.repeat(100), isChromaHalfHeight: true, restartInterval }))

  it('sends tables in the first packet, and offsets in all', () => {
    const packets = send(image(0)).map(readPacket)
    expect(packets.map((packet) => hex(packet.payload))).toEqual([
      payload(1, 255, 0, inBand(both) + 'ab'.repeat(60)),
      payload(1, 255, 60, 'ab'.repeat(40)),
    ])
    expect(packets.map(({ payloadType, marker }) => [payloadType, marker])).toEqual([
      [26, false],
      [26, true],
    ])
  })

  it('sends a restart header in every packet of an image with restart intervals', () => {
    expect(send(image(40)).map((packet) => hex(readPacket(packet).payload))).toEqual([
      payload(65, 255, 0, `0028ffff${inBand(both)}${'ab'.repeat(56)}`),
      payload(65, 255, 56, `0028ffff${'ab'.repeat(44)}`),
    ])
    const { units } = pushAll(new MJPEGDepacketizer(), received(send(image(40))))
    expect(units.map((unit) => hex(unit.image))).toEqual([hex(image(40))])
  })

  const plain = hex(image(0))
  const frame = /ffc00011 ?08/u
  it.each<[string, string, RegExp]>([
    ['is no JPEG', '00', /does not start like a JPEG/u],
    ['is cut off', plain.slice(0, 40), /cut off/u],
    ['has no scan', 'ffd8ffe00002ffe00002', /no scan/u],
    ['is progressive', plain.replace('ffc0', 'ffc2'), /segment of type c2/u],
    ['has 12 bits', plain.replace(frame, 'ffc000110c'), /components of 8 bits/u],
    ['is not a multiple of 8 wide', plain.replace('00f00140', '00f00141'), /multiple of 8/u],
    ['is wider than 2040', plain.replace('00f00140', '00f00800'), /multiple of 8 up to 2040/u],
    ['is 4:4:4', plain.replace('012200', '011100'), /neither 4:2:0 nor 4:2:2/u],
    ['has other Huffman tables', plain.replace('ffc4001f00', 'ffc4001f01'), /standard Huffman tables/u],
    ['has 16-bit tables', plain.replace('ffdb008400', 'ffdb008410'), /not of 8 bits/u],
    ['has bytes between segments', plain.replace('ffc0', '00ffc0'), /between its segments/u],
    ['has two scans', plain.replace(/ffd9$/u, 'ffda000c'), /more than one scan/u],
  ])('refuses an image that %s', (_, text, message) => {
    expect(() => send(fromHex(text))).toThrow(message)
  })

  it('needs room for the tables', () => {
    expect(() => send(image(0), 159)).toThrow('maxPayloadBytes')
  })
})
