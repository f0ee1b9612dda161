/** An IVF file, the plain container of VP8, VP9 and AV1: a header of 32 bytes, then each frame behind its length and time. */
export const ivfFile = (fourcc: string, frames: readonly Uint8Array[]): Buffer => {
  const head = Buffer.alloc(32)
  head.write('DKIF', 0, 'latin1')
  head.writeUInt16LE(32, 6)
  head.write(fourcc, 8, 'latin1')
  // The size of the picture is a guess that decoders correct: it is in the frames.
  head.writeUInt16LE(176, 12)
  head.writeUInt16LE(144, 14)
  head.writeUInt32LE(25, 16)
  head.writeUInt32LE(1, 20)
  head.writeUInt32LE(frames.length, 24)
  return Buffer.concat([head, ...frames.flatMap((frame, index) => [frameHeader(frame.length, index), frame])])
}

const frameHeader = (bytes: number, time: number): Buffer => {
  const head = Buffer.alloc(12)
  head.writeUInt32LE(bytes, 0)
  head.writeUInt32LE(time, 4)
  return head
}
