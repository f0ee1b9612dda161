// Just enough Ogg (RFC 3533) for ffmpeg to read back packets of Opus, Vorbis and Speex: one logical stream, one packet per
// page, so that every packet has a position of its own.
const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0)
  return value
})

/** Checksum of a page, RFC 3533 appendix A: polynomial 04c11db7, nothing reflected, nothing inverted. */
const checksum = (bytes: Uint8Array): number => {
  let value = 0
  for (const byte of bytes) value = (value << 8) ^ (table[(value >>> 24) ^ byte] ?? 0)
  return value >>> 0
}

/** A packet with its granule position: samples up to its end. Header packets have position 0. */
export type OggPacket = { readonly bytes: Uint8Array; readonly position: number }

/** A file of one stream. Packets are up to 65,024 bytes long. */
export const oggFile = (packets: readonly OggPacket[]): Buffer =>
  Buffer.concat(packets.map((packet, index) => page(packet, index, index === packets.length - 1)))

const page = ({ bytes, position }: OggPacket, index: number, isLast: boolean): Buffer => {
  const lacing = [...Array.from({ length: Math.floor(bytes.length / 255) }, () => 255), bytes.length % 255]
  const head = Buffer.alloc(27)
  head.write('OggS', 0, 'latin1')
  head[5] = (index === 0 ? 2 : 0) | (isLast ? 4 : 0)
  head.writeBigInt64LE(BigInt(position), 6)
  head.writeUInt32LE(1, 14)
  head.writeUInt32LE(index, 18)
  head[26] = lacing.length
  const whole = Buffer.concat([head, Buffer.from(lacing), bytes])
  whole.writeUInt32LE(checksum(whole), 22)
  return whole
}
