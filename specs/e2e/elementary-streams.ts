// What was sent and what arrived, in a form that can be compared bit by bit whatever program wrote it. Programs repeat or
// leave out parameter sets, add access unit delimiters and choose their own start codes and ADTS headers, so only what
// carries media is kept: one digest per H.264 slice and one per AAC frame. The clip has one slice per frame and no two
// equal frames, so a digest names its frame.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Digests of the media units of one clip or one recording, in order. */
export type MediaUnits = { readonly video: readonly string[]; readonly audio: readonly string[] }

/** Where a recording lies within what was sent. */
export type Run = { readonly start: number; readonly length: number; readonly missingAtEnd: number }

const digest = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** NAL units of an Annex B stream (ITU-T H.264 Annex B), without start codes and trailing zeros. */
export const splitAnnexB = (bytes: Buffer): Buffer[] => {
  const units: Buffer[] = []
  const startCode = Buffer.from([0, 0, 1])
  let from = bytes.indexOf(startCode)
  while (from !== -1) {
    const next = bytes.indexOf(startCode, from + 3)
    let end = next === -1 ? bytes.length : next
    while (end > from + 3 && bytes[end - 1] === 0) end--
    units.push(bytes.subarray(from + 3, end))
    from = next
  }
  return units
}

/** Raw AAC frames of an ADTS stream (ISO/IEC 14496-3), without headers; an unfinished last frame is left out. */
export const splitAdts = (bytes: Buffer): Buffer[] => {
  const frames: Buffer[] = []
  let at = 0
  while (at + 7 <= bytes.length) {
    if (bytes.readUInt16BE(at) >> 4 !== 0xfff) throw new Error(`no ADTS header at byte ${at}`)
    const headerBytes = (bytes.readUInt8(at + 1) & 1) === 1 ? 7 : 9
    const frameBytes = ((bytes.readUInt8(at + 3) & 3) << 11) | (bytes.readUInt16BE(at + 4) >> 5)
    if (frameBytes < headerBytes) throw new Error(`impossible ADTS frame of ${frameBytes} bytes at byte ${at}`)
    if (at + frameBytes > bytes.length) break
    frames.push(bytes.subarray(at + headerBytes, at + frameBytes))
    at += frameBytes
  }
  return frames
}

const isSlice = (unit: Buffer): boolean => {
  const type = (unit[0] ?? 0) & 0x1f
  return type === 1 || type === 5
}

/** Digests of the slices of an Annex B file. */
export const videoUnits = (file: string): string[] => splitAnnexB(readFileSync(file)).filter(isSlice).map(digest)

/** Digests of the frames of an ADTS file. */
export const audioUnits = (file: string): string[] => splitAdts(readFileSync(file)).map(digest)

/**
 * Finds `received` as one run without a gap inside `sent`, or throws an error that says where the two part. Several equal
 * units at the start are no problem: each place is tried.
 */
export const contiguousRun = (kind: string, sent: readonly string[], received: readonly string[]): Run => {
  let best = -1
  let matched = -1
  for (let start = 0; start < sent.length; start++) {
    if (sent[start] !== received[0]) continue
    let length = 1
    while (length < received.length && sent[start + length] === received[length]) length++
    if (length === received.length) return { start, length, missingAtEnd: sent.length - start - length }
    if (length > matched) {
      best = start
      matched = length
    }
  }
  if (best === -1)
    throw new Error(`${kind}: unit 0 of ${received.length} received was never sent (${sent.length} were)`)
  const elsewhere = sent.indexOf(received[matched] ?? '')
  throw new Error(
    `${kind}: unit ${matched} of ${received.length} received should be sent unit ${best + matched}, but ` +
      (elsewhere === -1 ? 'its bytes were never sent' : `it is sent unit ${elsewhere}`),
  )
}
