import ts from 'typescript'
import { afterEach, describe, expect, it } from 'vitest'
import { readmeExamples } from '../examples/readme.ts'
import { lightClip } from './clip.ts'
import { publishWithFfmpeg, readWithFfmpeg } from './media-programs.ts'
import { eventually, killEverything, startProgram } from './process.ts'
import { describeStatus, untilPublished } from './raw-client.ts'
import { freeTcpPort, freeUdpPortPair, ROOT } from './server-program.ts'
import { canRun } from './tools.ts'

afterEach(killEverything)

const hasFfmpeg = canRun('the README example', ['ffmpeg'])

describe('README.md', { timeout: 60_000 }, () => {
  it.skipIf(!hasFfmpeg)('relay: the twenty lines relay a stream from ffmpeg to ffmpeg', async () => {
    const [port, rtpPort] = [await freeTcpPort(), await freeUdpPortPair()]
    const example = readmeExamples().get('relay') ?? ''
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
    const code = ts
      .transpileModule(example, { compilerOptions: options })
      .outputText.replace('8554', String(port))
      .replace('8000', String(rtpPort))
    const server = startProgram(process.execPath, ['--input-type=module', '--eval', code], { workingDirectory: ROOT })
    const url = `rtsp://127.0.0.1:${String(port)}/cam`
    await eventually('the example listens', () => describeStatus(port, 'cam').catch(() => undefined))
    const publisher = publishWithFfmpeg(url, await lightClip(), 'tcp')
    await untilPublished(port, 'cam')
    const reader = readWithFfmpeg(url, 'udp')
    await publisher.ended
    await reader.program.ended
    expect(reader.units().video.length).toBeGreaterThan(50)
    server.signal('SIGKILL')
    await server.ended
  })
})
