import { describe, expect, it } from 'vitest'
import { description, g711, h264, idr, media, readerMedia, rtp, slice, Stage } from './fakes.ts'

// A packet of 100 bytes is a frame of 104.
const limits = { maxQueuedBytes: 1040, maxQueuedPackets: 10 }

/** A stage with two videos and a sound, and a reader of all three that is too slow. */
function twoVideos(policy: 'drop-to-random-access' | 'close' = 'drop-to-random-access') {
  const stage = new Stage(description(media('video', h264), media('video', h264), media('audio', g711)))
  const medias = [readerMedia(0), readerMedia(1), readerMedia(2)]
  const { duplex, reader } = stage.playing({ medias, limits, policy })
  const sequences = [0, 0, 0]
  const write = (mediaIndex: number, kind: 'key' | 'other') => {
    const payload = new Uint8Array(88)
    payload.set(kind === 'key' ? idr : slice)
    const sequence = sequences[mediaIndex]!++
    const payloadType = mediaIndex === 2 ? 8 : 96
    stage.hub.writeRtp(mediaIndex, rtp({ sequence, timestamp: sequence * 3000, marker: true, payload, payloadType }))
    stage.clock.endTurn()
  }
  duplex.isStalled = true
  for (let count = 0; count < 12; count += 1) write(0, 'key')
  return { stage, duplex, reader, write }
}

describe('a slow reader of two videos', () => {
  it('gets each of them back with a key picture of its own, and the sound with both', () => {
    const { stage, duplex, write } = twoVideos()
    expect(duplex.sequenceNumbers(0)).toHaveLength(10)
    duplex.take()
    write(2, 'other')
    write(1, 'other')
    write(0, 'key')
    write(1, 'other')
    write(2, 'other')
    expect(stage.told).toEqual(['drop'])
    write(1, 'key')
    write(0, 'other')
    write(1, 'other')
    write(2, 'other')
    expect(stage.told).toEqual(['drop', 'dropped 5'])
    expect(duplex.sequenceNumbers(0).slice(10)).toEqual([12, 13])
    expect(duplex.sequenceNumbers(2)).toEqual([2, 3])
    // The first picture that comes back opens the way: the second video may take its time.
    expect(duplex.sequenceNumbers(4)).toEqual([1, 2])
  })

  it('does not wait for a video that is silent', () => {
    const { stage, duplex, reader, write } = twoVideos()
    duplex.take()
    write(0, 'key')
    expect(reader.isDropping).toBe(true)
    stage.clock.advance(4999)
    write(0, 'other')
    expect(reader.isDropping).toBe(true)
    stage.clock.advance(1)
    write(0, 'other')
    expect(stage.told).toEqual(['drop', 'dropped 2'])
    write(1, 'other')
    expect(stage.told).toEqual(['drop', 'dropped 2', 'drop'])
    write(1, 'key')
    expect(stage.told).toEqual(['drop', 'dropped 2', 'drop', 'dropped 1'])
    expect(duplex.sequenceNumbers(2)).toEqual([1])
  })
})

describe('a slow reader that is to be closed', () => {
  it('gets nothing more, whatever there is room for', () => {
    const { stage, duplex, reader, write } = twoVideos('close')
    duplex.take()
    for (const mediaIndex of [0, 1, 2]) write(mediaIndex, 'key')
    expect(duplex.frames()).toHaveLength(10)
    expect(stage.told).toEqual(['drop'])
    reader.close()
    expect(stage.told).toEqual(['drop', 'dropped 5'])
  })
})
