import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ALL_FORMATS, EncodedPacketSink, FilePathSource, Input } from 'mediabunny'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Mp4File } from '../../../examples/support/mp4-file.ts'
import { configOf } from '../../../examples/support/recorded-track.ts'
import { Recorder } from '../../../examples/support/recorder.ts'
import type { RecordedUnit } from '../../../examples/support/recording-part.ts'
import { UnitQueue } from '../../../examples/support/unit-queue.ts'
import { isKeyAccessUnit } from '../../../src/cli/demo/annex-b.ts'
import { loadDemoClip } from '../../../src/cli/demo/clip.ts'
import { h264Format, mpeg4AudioFormat } from '../../../src/formats/create-format.ts'

/** Eight seconds at 25 pictures a second, and their sound. */
const clip = loadDemoClip()
const formats = [
  h264Format({ payloadType: 96, sps: clip.sps, pps: clip.pps }),
  mpeg4AudioFormat({ payloadType: 97, config: clip.audio.config }),
]

const withStartCodes = (nalus: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(nalus.flatMap((nalu) => [Uint8Array.of(0, 0, 0, 1), nalu]))

const pictures: readonly RecordedUnit[] = clip.accessUnits.map((nalus, index) => {
  const isRandomAccess = isKeyAccessUnit(nalus)
  const others = nalus.filter((nalu) => ((nalu[0] ?? 0) & 0x1f) < 7)
  const data = withStartCodes(isRandomAccess ? [clip.sps, clip.pps, ...others] : others)
  return { track: 0, data, isRandomAccess, corrupted: false, seconds: index / 25 }
})
const keyIndexes = pictures
  .map(({ isRandomAccess }, index) => (isRandomAccess ? index : -1))
  .filter((index) => index >= 0)
const [, secondKey = 0, thirdKey = 0] = keyIndexes

const frameSeconds = 1024 / clip.audio.sampleRateHz
const sound: readonly RecordedUnit[] = clip.audio.frames.map((data, index) => ({
  ...{ track: 1, data, isRandomAccess: true, corrupted: false },
  seconds: index * frameSeconds,
}))

/** In the order in which they would come. */
const merged = (...tracks: readonly (readonly RecordedUnit[])[]): readonly RecordedUnit[] =>
  tracks.flat().sort((one, other) => one.seconds - other.seconds)
const later = (units: readonly RecordedUnit[], seconds: number): readonly RecordedUnit[] =>
  units.map((unit) => ({ ...unit, seconds: unit.seconds + seconds }))

describe('a recorder', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rxrtsp-recorder-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** Records, and tells the times of what is in each file. */
  const record = async (
    units: readonly RecordedUnit[],
    options: { mostFileSeconds?: number; folder?: string } = {},
  ) => {
    const log: string[] = []
    let fileCount = 0
    let nowMs = 0
    const recorder = new Recorder({
      formats,
      nextPath: () => join(options.folder ?? folder, `${++fileCount}.mp4`),
      mostFileSeconds: options.mostFileSeconds ?? 3600,
      log: (line) => log.push(line),
      now: () => (nowMs += 1000),
    })
    for (const unit of units) recorder.take(unit)
    recorder.end()
    await recorder.ended
    const files = []
    for (const name of readdirSync(folder).sort()) files.push(await timesIn(join(folder, name)))
    return { files, log }
  }

  it('begins with the first key picture and its sound, at 0', async () => {
    const { files, log } = await record(merged(pictures, sound).filter(({ seconds }) => seconds > 0.5))
    expect(files).toHaveLength(1)
    expect(files[0]?.pictures).toHaveLength(pictures.length - secondKey)
    expect(Math.min(files[0]?.pictures[0] ?? 1, files[0]?.sound[0] ?? 1)).toBe(0)
    expect(files[0]?.pictures[0]).toBeLessThan(frameSeconds)
    expect(files[0]?.sound).toHaveLength(sound.filter(({ seconds }) => seconds + frameSeconds > secondKey / 25).length)
    expect(log.at(-1)).toMatch(/^recorded \d\.\d s, \d+ units of H264, \d+ units of MPEG4Audio$/)
  })

  it('leaves out what cannot be decoded after a loss, and the time goes on', async () => {
    const broken = pictures.map((unit, index) => ({ ...unit, corrupted: index === secondKey + 3 }))
    const { files } = await record(merged(broken, sound))
    const times = files[0]?.pictures ?? []
    expect(times).toHaveLength(pictures.length - (thirdKey - secondKey - 3))
    expect((times[secondKey + 3] ?? 0) - (times[secondKey + 2] ?? 0)).toBeCloseTo((thirdKey - secondKey - 2) / 25, 4)
  })

  it('begins a new file when one is long enough, and loses no picture', async () => {
    const { files } = await record(merged(pictures, sound), { mostFileSeconds: 3 })
    expect(files.length).toBeGreaterThan(1)
    expect(files.flatMap((file) => file.pictures)).toHaveLength(pictures.length)
    for (const file of files) expect(file.pictures[0]).toBeLessThan(frameSeconds)
  })

  it('begins a new file with other parameter sets, at most one in a second', async () => {
    const otherSps = Uint8Array.from(clip.sps)
    otherSps[3] = 52
    const changed = pictures.map((unit, index) =>
      index === thirdKey ? { ...unit, data: withStartCodes([otherSps, clip.pps, unit.data.subarray(4)]) } : unit,
    )
    const { files } = await record(merged(changed, sound))
    expect(files.length).toBeGreaterThan(1)
    expect(files[0]?.pictures).toHaveLength(thirdKey)
  })

  it('does not wait for a track that is silent, and begins a new file when it is back', async () => {
    const { files, log } = await record([
      ...merged(pictures, sound),
      ...later(pictures, 8),
      ...later(pictures, 16),
      ...merged(later(pictures, 24), later(sound, 24)),
    ])
    expect(log.filter((line) => line.startsWith('recording to'))).toHaveLength(2)
    expect(files.flatMap((file) => file.pictures)).toHaveLength(4 * pictures.length)
    expect(files[1]?.sound.length).toBeGreaterThan(0)
  })

  it('puts tracks together by the clock of the publisher', async () => {
    const dated = merged(
      pictures.map((unit) => ({ ...unit, ntpSeconds: 1_700_000_000 + unit.seconds })),
      sound.map((unit) => ({ ...unit, ntpSeconds: 1_700_000_000.08 + unit.seconds })),
    )
    const { files } = await record(dated)
    expect(files[0]?.sound[0]).toBeCloseTo(0.08, 3)
    expect(files[0]?.pictures[0]).toBe(0)
  })

  it('says when it cannot write, and does not fail', async () => {
    const { files, log } = await record(merged(pictures, sound), { folder: join(folder, 'missing') })
    expect(files).toEqual([])
    expect(log[0]).toMatch(/^this file ends: Error: ENOENT/)
  })

  it.each([
    ['both back', -100, -100],
    ['both on', 100, 100],
    ['of the pictures back', -100, 0],
    ['of the pictures on', 1000, 0],
    ['of the sound on', 0, 1000],
    ['of the sound back', 0, -150],
  ])('begins a new file when a clock of the publisher jumps: %s', async (_, pictureJump, soundJump) => {
    const { files } = await record([
      ...merged(later(pictures, 200), later(sound, 200)),
      ...merged(pictures, sound).map((unit) => ({
        ...unit,
        seconds: unit.seconds + 208 + (unit.track === 0 ? pictureJump : soundJump),
      })),
    ])
    expect(files.flatMap((file) => file.pictures)).toHaveLength(2 * pictures.length)
    for (const file of files) {
      expect(Math.max(...file.pictures, ...file.sound)).toBeLessThan(17)
      expect(file.sound.length).toBeGreaterThan(0)
    }
    expect(files.length).toBeLessThan(4)
  })
})

describe('an MP4 file', () => {
  it('that cannot be begun leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxrtsp-mp4-'))
    const sound = configOf(formats[1] ?? expect.fail())
    const other = sound?.kind === 'audio' ? { ...sound, container: 'ulaw' as const } : expect.fail()
    await expect(Mp4File.create(join(folder, 'a.mp4'), [other])).rejects.toThrow('ulaw')
    expect(readdirSync(folder)).toEqual([])
    rmSync(folder, { recursive: true })
  })

  it('tells what is not on the disk yet: no more than two seconds of this clip', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxrtsp-mp4-'))
    const video = configOf(formats[0] ?? expect.fail(), clip.accessUnits[0])
    const file = await Mp4File.create(join(folder, 'a.mp4'), video === undefined ? [] : [video])
    const pending: number[] = []
    for (const unit of [...pictures, ...later(pictures, 8), ...later(pictures, 16)]) {
      await file.add(unit)
      pending.push(file.pendingBytes)
    }
    await file.finish()
    rmSync(folder, { recursive: true })
    const secondsOfKeys = Math.max(...keyIndexes.map((key, index) => key - (keyIndexes[index - 1] ?? 0))) / 25
    const bytesPerSecond = pictures.reduce((sum, { data }) => sum + data.length, 0) / 8
    expect(Math.max(...pending)).toBeLessThan(2 * bytesPerSecond * (1 + secondsOfKeys))
    expect(Math.min(...pending)).toBeGreaterThan(-pictures.length)
    // It does not drift: the second and the third time are alike.
    expect(pending.slice(400)).toEqual(pending.slice(200, 400))
  })
})

describe('the queue to the disk', () => {
  const unit = (byteLength: number) => ({ data: { byteLength } })

  it('takes what fits, gives in order, and ends', async () => {
    const queue = new UnitQueue(2 * 512 + 10)
    expect([4, 6, 1].map((bytes) => queue.push(unit(bytes)))).toEqual([true, true, false])
    const given: number[] = []
    const loop = (async () => {
      for await (const { data } of queue) given.push(data.byteLength)
    })()
    await Promise.resolve()
    await Promise.resolve()
    queue.push(unit(3))
    queue.end()
    expect(queue.push(unit(1))).toBe(false)
    await loop
    expect(given.slice(0, 2)).toEqual([4, 6])
  })

  it('is full some time of units without any bytes, too', () => {
    const queue = new UnitQueue(1024 * 1024)
    const taken = Array.from({ length: 3000 }, () => queue.push(unit(0))).filter((isTaken) => isTaken)
    expect(taken).toHaveLength(2048)
  })
})

async function timesIn(path: string) {
  using input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS })
  const times: Record<string, number[]> = { video: [], audio: [] }
  for (const track of await input.getTracks()) {
    for await (const packet of new EncodedPacketSink(track).packets()) times[track.type]?.push(packet.timestamp)
  }
  return { pictures: times['video'] ?? [], sound: times['audio'] ?? [] }
}
