import { describe, expect, it } from 'vitest'
import { MediaClock } from '../../../src/media/inbound/media-clock.ts'

const video = {}
const audio = {}

/** A clock that is asked for each packet when it is delivered. */
class AskedClock extends MediaClock {
  ask(...packet: Parameters<MediaClock['deliver']>): number | undefined {
    this.deliver(...packet)
    const [track, , timestamp] = packet
    return this.pts(track, timestamp)
  }
}

describe('[72] MediaClock', () => {
  it('starts the leading track at 0 and others where it is by then', () => {
    const clock = new AskedClock()
    expect(clock.ask(video, 90000, 22500, true, 20_000)).toBe(0)
    expect(clock.ask(video, 90000, 22500 + 90000, true, 21_000)).toBe(90000)
    expect(clock.ask(audio, 48000, 1_234_567, true, 25_000)).toBe(240_000)
    expect(clock.ask(audio, 48000, 1_234_567 + 48000, true, 25_001)).toBe(288_000)
  })

  it('knows no time before a track reaches a packet with PTS = DTS', () => {
    const clock = new AskedClock()
    expect(clock.ask(video, 90000, 1000, false, 0)).toBeUndefined()
    expect(clock.ask(video, 90000, 4000, true, 40)).toBe(0)
    expect(clock.ask(video, 90000, 7000, false, 80)).toBe(3000)
  })

  it('follows timestamps across their wrap and backwards (B frames)', () => {
    const clock = new AskedClock()
    expect(clock.ask(video, 90000, 0xffff_ffff, true, 0)).toBe(0)
    expect(clock.ask(video, 90000, 8999, false, 1)).toBe(9000)
    expect(clock.ask(video, 90000, 5999, false, 2)).toBe(6000)
    expect(clock.ask(video, 90000, 0xffff_ff00, false, 3)).toBe(-255)
  })

  it('counts on by its own timestamps, whatever time has passed', () => {
    const clock = new AskedClock()
    clock.ask(video, 90000, 0, true, 0)
    expect(clock.ask(video, 90000, 90, true, 1_000_000)).toBe(90)
    expect(clock.ask(audio, 8000, 0, true, 1_000_000)).toBe(8)
  })

  it('anchors other tracks only to packets of the leading track with PTS = DTS', () => {
    const clock = new AskedClock()
    clock.ask(video, 90000, 0, true, 0)
    clock.ask(video, 90000, 900_000, false, 1000)
    expect(clock.ask(audio, 8000, 0, true, 1000)).toBe(8000)
  })

  it('gives the same time whenever and however often it is asked', () => {
    const clock = new MediaClock()
    clock.deliver(video, 90000, 0xffff_f000, true, 0)
    clock.deliver(video, 90000, 3000, true, 33)
    clock.deliver(video, 90000, 9000, false, 66)
    expect(clock.pts(video, 9000)).toBe(13_096)
    expect(clock.pts(video, 3000)).toBe(7096)
    expect(clock.pts(video, 0xffff_f000)).toBe(0)
    expect(clock.pts(video, 3000)).toBe(7096)
    expect(clock.pts(audio, 3000)).toBeUndefined()
  })

  it('ties a track anew that goes on with other timestamps', () => {
    const clock = new AskedClock()
    clock.ask(video, 90000, 1000, true, 0)
    clock.ask(audio, 8000, 70_000, true, 0)
    clock.restart(video)
    expect(clock.pts(video, 1000)).toBeUndefined()
    expect(clock.ask(video, 90000, 4_000_000_000, true, 2000)).toBe(180_000)
    expect(clock.ask(video, 90000, 4_000_003_000, true, 2033)).toBe(183_000)
    expect(clock.ask(audio, 8000, 86_000, true, 2000)).toBe(16_000)
  })

  it('knows no time without a clock rate', () => {
    expect(new AskedClock().ask(video, 0, 0, true, 0)).toBeUndefined()
  })

  it('starts at 0 again after a reset', () => {
    const clock = new AskedClock()
    clock.ask(video, 90000, 0, true, 0)
    clock.ask(video, 90000, 90000, true, 1000)
    clock.reset()
    expect(clock.ask(audio, 8000, 500, true, 5000)).toBe(0)
    expect(clock.ask(video, 90000, 0, true, 6000)).toBe(90000)
  })
})
