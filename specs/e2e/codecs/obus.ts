// OBUs of AV1 between the two ways to write them: with a size field in files, without one in RTP (AV1 section 5.3).

const HAS_SIZE = 0x02
const HAS_EXTENSION = 0x04
const TEMPORAL_DELIMITER = 2

/** An OBU without a size field with one. */
export const obuWithSize = (obu: Uint8Array): Buffer => {
  const headerBytes = ((obu[0] ?? 0) & HAS_EXTENSION) === 0 ? 1 : 2
  const size: number[] = []
  let rest = obu.length - headerBytes
  do {
    size.push((rest & 0x7f) | (rest > 127 ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  const header = Buffer.from(obu.subarray(0, headerBytes))
  header[0] = (header[0] ?? 0) | HAS_SIZE
  return Buffer.concat([header, Buffer.from(size), obu.subarray(headerBytes)])
}

/** The OBUs of a temporal unit of a file, without size fields and without the temporal delimiter. */
export const obusOf = (unit: Uint8Array): Buffer[] => {
  const obus: Buffer[] = []
  let at = 0
  while (at < unit.length) {
    const first = unit[at] ?? 0
    const headerBytes = (first & HAS_EXTENSION) === 0 ? 1 : 2
    if ((first & HAS_SIZE) === 0) throw new Error('an OBU of a file has no size')
    const header = Buffer.from(unit.subarray(at, at + headerBytes))
    header[0] = first & ~HAS_SIZE
    at += headerBytes
    let size = 0
    for (let shift = 0; ; shift += 7) {
      const byte = unit[at++] ?? 0
      size |= (byte & 0x7f) << shift
      if (byte < 128) break
    }
    if (((first >> 3) & 15) !== TEMPORAL_DELIMITER) obus.push(Buffer.concat([header, unit.subarray(at, at + size)]))
    at += size
  }
  return obus
}
