import { describe, expect, it } from 'vitest'
import { isKeyAccessUnit, nalType, nalTypeOf } from '../../../src/cli/demo/annex-b.ts'
import { loadDemoClip, parseDemoClip } from '../../../src/cli/demo/clip.ts'

describe('the demo clip', () => {
  const clip = loadDemoClip()

  it('lasts eight seconds in pictures and in sound, so that both loops close together', () => {
    expect(clip.accessUnits).toHaveLength(200)
    expect(clip.audio.frames).toHaveLength(375)
    expect(clip.accessUnits.length / clip.framesPerSecond).toBe(8)
    expect((clip.audio.frames.length * 1024) / clip.audio.sampleRateHz).toBe(8)
  })

  it('can be joined every second: a key picture behind its parameter sets', () => {
    const keys = clip.accessUnits.flatMap((unit, index) => (isKeyAccessUnit(unit) ? [index] : []))
    expect(keys).toEqual([0, 25, 50, 75, 100, 125, 150, 175])
    for (const index of keys) {
      expect(clip.accessUnits[index]!.map(nalTypeOf)).toEqual([nalType.sps, nalType.pps, nalType.idrSlice])
      expect(clip.accessUnits[index]![0]).toEqual(clip.sps)
      expect(clip.accessUnits[index]![1]).toEqual(clip.pps)
    }
  })

  it('has one slice in each other picture and no pictures out of order', () => {
    const others = clip.accessUnits.filter((unit) => !isKeyAccessUnit(unit))
    for (const unit of others) expect(unit.map(nalTypeOf)).toEqual([nalType.slice])
    // Baseline or main profile, so that everything plays it.
    expect([66, 77]).toContain(clip.sps[1])
  })

  it('is AAC-LC at 48 kHz', () => {
    expect(clip.audio).toMatchObject({ sampleRateHz: 48000, channelCount: 1 })
    expect([...clip.audio.config]).toEqual([0x11, 0x88])
  })

  it('is small enough to ship', () => {
    const sizes = [...clip.accessUnits.flat(), ...clip.audio.frames].map((unit) => unit.length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400_000)
  })
})

describe('parseDemoClip', () => {
  it('refuses a picture stream without parameter sets', () => {
    expect(() => parseDemoClip(Uint8Array.of(0, 0, 1, 0x65, 0x88), new Uint8Array())).toThrow('no parameter sets')
  })
})
