import { describe, expect, it } from 'vitest'
import { splitAdts } from '../../../src/cli/demo/adts.ts'

interface Frame {
  readonly data?: string
  readonly rateIndex?: number
  readonly channels?: number
  readonly blocks?: number
  readonly checksum?: string
}

/** Writes a frame from its bits, as ISO 14496-3 annex 1.A.2 lists them. */
function adts(frame: Frame = {}): Buffer {
  const data = Buffer.from(frame.data ?? 'aabbcc', 'hex')
  const checksum = Buffer.from(frame.checksum ?? '', 'hex')
  const bit = (value: number, count: number) => value.toString(2).padStart(count, '0')
  const bits = [
    bit(0xfff, 12),
    bit(0, 1),
    bit(0, 2),
    bit(checksum.length === 0 ? 1 : 0, 1),
    bit(1, 2),
    bit(frame.rateIndex ?? 3, 4),
    bit(0, 1),
    bit(frame.channels ?? 1, 3),
    bit(0, 4),
    bit(7 + checksum.length + data.length, 13),
    bit(0x7ff, 11),
    bit(frame.blocks ?? 0, 2),
  ].join('')
  const header = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)))
  return Buffer.concat([header, checksum, data])
}

describe('splitAdts', () => {
  it.each([
    [{ rateIndex: 3, channels: 1 }, '1188', 48000, 1],
    [{ rateIndex: 4, channels: 2 }, '1210', 44100, 2],
    [{ rateIndex: 11, channels: 6 }, '15b0', 8000, 6],
    [{ rateIndex: 3, channels: 5 }, '11a8', 48000, 5],
  ])('gives frames and AudioSpecificConfig of %o', (frame, config, sampleRateHz, channelCount) => {
    const content = splitAdts(Buffer.concat([adts({ ...frame, data: '0102' }), adts({ ...frame, data: '03' })]))
    expect(content.frames.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(['0102', '03'])
    expect(Buffer.from(content.config).toString('hex')).toBe(config)
    expect(content).toMatchObject({ sampleRateHz, channelCount })
  })

  it('leaves checksums out', () => {
    expect([...splitAdts(adts({ checksum: 'beef', data: '01' })).frames[0]!]).toEqual([1])
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'is damaged at byte 0: it is empty'],
    ['other bytes', Buffer.from('00112233445566', 'hex'), 'no frame begins here'],
    ['a cut frame', adts().subarray(0, 9), 'the length of the frame is wrong'],
    ['a frame without data', adts({ data: '' }), 'the length of the frame is wrong'],
    ['a cut header', adts().subarray(0, 3), 'the length of the frame is wrong'],
    ['several blocks', adts({ blocks: 1 }), 'the frame holds several blocks'],
    ['a reserved rate', adts({ rateIndex: 13 }), 'the sampling rate is reserved'],
    ['another rate midway', Buffer.concat([adts(), adts({ rateIndex: 4 })]), 'at byte 10: the parameters change'],
    ['other channels midway', Buffer.concat([adts(), adts({ channels: 2 })]), 'at byte 10: the parameters change'],
  ])('refuses %s', (_, file, message) => {
    expect(() => splitAdts(file)).toThrow(message)
  })
})
