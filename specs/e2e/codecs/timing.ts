// When things are to be presented, by the source and by RTP timestamps. They start at a random number, so only distances
// count; they are unsigned 32 bits wide.
import { expect } from 'vitest'
import type { Format } from '../../../src/formats/format.ts'
import { sampleGroupOf, type SampleFormat } from '../../../src/formats/sample-groups.ts'
import type { Unit } from '../../../src/formats/units.ts'
import { bytesOf } from './elementary-stream.ts'
import type { SourcePacket } from './source.ts'

/**
 * Asserts the times of units: those of the source's packets; where publishers cut samples as they like, the time of all
 * samples before; nothing where RTP does not have the time of every unit (several packets of Vorbis in one of RTP, the time
 * of sending for MPEG-TS).
 */
export const expectTicks = (
  format: Format,
  units: readonly Unit[],
  packets: readonly SourcePacket[],
  toleratedTicks: number,
): void => {
  const ticks = units.map((unit) => (unit.timestamp - (units[0]?.timestamp ?? 0)) | 0)
  switch (format.codec) {
    case 'Vorbis':
    case 'MPEGTS':
      return
    case 'G711':
    case 'G722':
    case 'G726':
    case 'LPCM':
      expect(ticks).toEqual(ticksOfSamples(format, units))
      return
    case 'MPEG1Audio':
      // Frames of 44,100 Hz are no whole number of ticks long, and those of one RTP packet share one rounding.
      expectNear(ticks, expectedTicks(format, packets), 1)
      return
    default:
      expectNear(ticks, expectedTicks(format, packets), toleratedTicks)
  }
}

const expectNear = (ticks: readonly number[], expected: readonly number[], tolerated: number): void => {
  const isNear = (tick: number, index: number) => Math.abs(tick - (ticks[index] ?? NaN)) <= tolerated
  expect(ticks).toEqual(expected.map((tick, index) => (isNear(tick, index) ? ticks[index] : tick)))
}

const expectedTicks = (format: Format, packets: readonly SourcePacket[]): number[] =>
  packets.map(({ seconds }) => Math.round((seconds - (packets[0]?.seconds ?? 0)) * format.clockRateHz))

const ticksOfSamples = (format: SampleFormat, units: readonly Unit[]): number[] => {
  const { bytes, ticks } = sampleGroupOf(format)
  let before = 0
  return units.map((unit) => {
    const time = (before / bytes) * ticks
    before += bytesOf(unit).length
    return time
  })
}
