import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killEverything, runProgram } from '../process.ts'
import { tool } from '../tools.ts'
import { canRunCodecs } from './codec-tools.ts'
import { CodecServer } from './codec-server.ts'
import { draftFile, ffmpegMust } from './ffmpeg.ts'
import { digestArgs, takeDigests } from './frames.ts'
import { transportStreamFile, transportStreamProgramme } from './transport-stream.ts'

describe.skipIf(!canRunCodecs('MPEG-TS that ffmpeg plays'))('MPEG-TS', { timeout: 40_000 }, () => {
  const server = new CodecServer()
  beforeAll(() => server.start())
  afterAll(async () => {
    await server.stop()
    await killEverything()
  })

  it('we serve it and ffmpeg decodes pictures and sound in it, without a warning', async () => {
    server.offer('/out/ts', await transportStreamProgramme())
    const decode = async (input: readonly string[]) => {
      const video = draftFile('md5')
      const audio = draftFile('md5')
      await ffmpegMust([...input, ...digestArgs('video', video), ...digestArgs('audio', audio)])
      return { video: takeDigests(video), audio: takeDigests(audio) }
    }
    const copy = draftFile('ts')
    const end = await runProgram(tool('ffmpeg'), [
      ...['-v', 'warning', '-nostdin', '-y', '-rtsp_transport', 'tcp', '-i', server.url('/out/ts')],
      ...['-map', '0', '-c', 'copy', copy],
    ])
    expect({ code: end.code, wrote: end.stderr }).toEqual({ code: 0, wrote: '' })
    const played = await decode(['-i', copy])
    rmSync(copy)
    const sent = await decode(['-i', await transportStreamFile()])
    expect(sent.video).toHaveLength(50)
    // Where ffmpeg takes MPEG-TS out of RTP, a PES packet ends when the next one begins: the last picture and the last
    // seven frames of sound are missing just so when another ffmpeg sends it (`-f rtp_mpegts`).
    expect(played.video).toEqual(sent.video.slice(0, 49))
    const wholeSounds = played.audio.slice(0, -1)
    expect(wholeSounds.length).toBeGreaterThanOrEqual(80)
    expect(wholeSounds).toEqual(sent.audio.slice(0, wholeSounds.length))
  })
})
