import { describe, expect, expectTypeOf, it } from 'vitest'
import { createDescription } from '../../src/formats/create-description.ts'
import { g711Format, h264Format, h265Format, mpeg4AudioFormat } from '../../src/formats/create-format.ts'
import { findFormat } from '../../src/formats/find-format.ts'
import type { H264Format, H265Format } from '../../src/formats/format.ts'

const video = h264Format({ payloadType: 96 })
const wide = h265Format({ payloadType: 97 })
const talk = g711Format({ isMuLaw: true })
const sound = mpeg4AudioFormat({ payloadType: 98, config: Uint8Array.of(0x11, 0x90) })
const description = createDescription({
  medias: [
    { type: 'audio', isBackChannel: true, formats: [talk] },
    { type: 'audio', formats: [talk, sound] },
    { type: 'video', formats: [wide] },
    { type: 'video', formats: [video] },
  ],
})

describe('findFormat', () => {
  it('finds the first of the codecs in the order of the description, with its media', () => {
    expect(findFormat(description, 'H264')).toEqual({ media: description.medias[3], format: video })
    expect(findFormat(description, 'H264')?.format).toBe(video)
    expect(findFormat(description, 'H264', 'H265')?.format).toBe(wide)
    expect(findFormat(description, 'MPEG4Audio')?.media).toBe(description.medias[1])
  })

  it('passes over back channels', () => {
    expect(findFormat(description, 'G711')?.media).toBe(description.medias[1])
  })

  it('finds nothing where there is nothing', () => {
    expect(findFormat(description, 'VP8')).toBeUndefined()
    expect(findFormat(null, 'H264')).toBeUndefined()
    expect(findFormat({ medias: [] }, 'H264')).toBeUndefined()
  })

  it('knows the type of the format from the codecs', () => {
    expectTypeOf(findFormat(description, 'H264')?.format).toEqualTypeOf<H264Format | undefined>()
    expectTypeOf(findFormat(description, 'H264', 'H265')?.format).toEqualTypeOf<H264Format | H265Format | undefined>()
    // @ts-expect-error there is no such codec
    expect(findFormat(description, 'H2G2')).toBeUndefined()
    // @ts-expect-error some codec has to be named
    expect(findFormat(description)).toBeUndefined()
  })
})
