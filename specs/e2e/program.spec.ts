import { afterEach, describe, expect, it } from 'vitest'
import { killEverything, runProgram } from './process.ts'
import { connectRaw, describeStatus } from './raw-client.ts'
import { freeUdpPortPair, ROOT, serverCommand, startServer } from './server-program.ts'
import { canRun, tool } from './tools.ts'

afterEach(killEverything)

const hasFfmpeg = canRun('the demo', ['ffmpeg'])

describe('the program', { timeout: 30_000 }, () => {
  it.skipIf(!hasFfmpeg)(
    'plays its demo to ffmpeg over TCP and UDP without a single complaint of the decoder',
    async () => {
      const server = await startServer()
      for (const transport of ['tcp', 'udp']) {
        const end = await runProgram(tool('ffmpeg'), [
          ...['-v', 'error', '-nostdin', '-rtsp_transport', transport, '-i', server.url('demo')],
          ...['-map', '0:v', '-map', '0:a', '-t', '3', '-f', 'null', '-'],
        ])
        expect({ code: end.code, stderr: end.stderr }, transport).toEqual({ code: 0, stderr: '' })
      }
      await server.stop()
    },
  )

  it('ends with 0 on SIGINT while peers are connected, and lets their connections go', async () => {
    const server = await startServer()
    const peers = [await connectRaw(server.port), await connectRaw(server.port)]
    peers[1]?.send('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n')
    await server.stop()
    for (const peer of peers) await peer.waitForClose()
  })

  it('ends with 0 on SIGTERM', async () => {
    const server = await startServer()
    server.program.signal('SIGTERM')
    const end = await server.program.ended
    expect({ code: end.code, signal: end.signal }).toEqual({ code: 0, signal: null })
  })

  it('says which port is in use, names no stack, and fails', async () => {
    const server = await startServer()
    const [file, args] = serverCommand()
    const otherRtpPort = String(await freeUdpPortPair())
    const second = await runProgram(file, [...args, '--port', String(server.port), '--rtp-port', otherRtpPort], {
      limitMs: 15_000,
    })
    expect(second.code, second.stderr).toBeGreaterThan(0)
    expect(second.timedOut).toBe(false)
    expect(second.stdout + second.stderr).toContain(String(server.port))
    expect(second.stdout + second.stderr).not.toMatch(/\n\s+at /)
    expect(await describeStatus(server.port, 'nobody')).toBe(404)
    await server.stop()
  })

  it('refuses an unknown option with a sentence and a status other than 0', async () => {
    const [file, args] = serverCommand()
    const end = await runProgram(file, [...args, '--prot', '8554'], { limitMs: 15_000 })
    expect(end.code).toBeGreaterThan(0)
    expect(end.timedOut).toBe(false)
    expect(end.stderr).toContain('-prot')
  })
})

describe('the library', { timeout: 30_000 }, () => {
  it('lets a script that opened and closed a server end by itself', async () => {
    const script = [
      "import { createRtspServer } from 'rxrtsp'",
      'const server = createRtspServer({ listen: { port: 0 } })',
      'await server.listen()',
      'await server.close()',
      "console.log('closed')",
    ].join('\n')
    const end = await runProgram(process.execPath, ['--input-type=module', '--eval', script], {
      workingDirectory: ROOT,
      limitMs: 10_000,
    })
    expect(end).toMatchObject({ code: 0, timedOut: false, stdout: 'closed\n', stderr: '' })
  })
})
