import { describe, expect, it } from 'vitest'
import { createRtspServer } from '../../src/api/server.ts'
import { Scene } from '../api/scene.ts'

const nothing = {
  ...{ describe: undefined, announce: undefined, setup: undefined, play: undefined },
  ...{ record: undefined, pause: undefined },
} as never

describe('the server (checklist 10.1)', () => {
  it('[1] closes twice', async () => {
    const scene = await new Scene().listen()
    await Promise.all([scene.server.close(), scene.server.close()])
    await scene.server.close()
    expect((await scene.server.closed).code).toBe('ERR_RTSP_TERMINATED')
  })

  it('[2] tells the address it listens at', async () => {
    const scene = await new Scene({ listen: { host: '127.0.0.1', port: 8560 } }).listen()
    expect(scene.server.address).toMatchObject({ host: '127.0.0.1', port: 8560 })
  })

  it.each([
    ['[3] ports that are not neighbours', { rtpPort: 8006, rtcpPort: 8009 }, 'ports must be consecutive'],
    ['[4] an odd RTP port', { rtpPort: 8003, rtcpPort: 8004 }, 'must be even'],
  ])('%s are refused', (_, udp, text) => {
    expect(() => createRtspServer({ udp })).toThrow(expect.objectContaining({ code: 'ERR_RTSP_OPTIONS' }))
    expect(() => createRtspServer({ udp })).toThrow(text)
  })

  it('[5] a connection that is closed twice as soon as it opens is closed, and told so', async () => {
    const scene = await new Scene().listen()
    scene.server.events$.subscribe((event) => {
      if (event.type !== 'connection.opened') return
      event.connection.close()
      event.connection.close()
    })
    const client = scene.client()
    expect(client.ask('OPTIONS', 'rtsp://host:8554/')).toBeUndefined()
    expect(client.peer.isClosed).toBe(true)
    expect(scene.closeReasons).toEqual(['terminated'])
  })

  it('[6] echoes CSeq, without any handler', async () => {
    const scene = await new Scene({}, nothing).listen()
    const client = scene.client()
    client.write('OPTIONS rtsp://localhost:8554/ RTSP/1.0\r\nCSeq: 5\r\n\r\n')
    expect(client.answers()).toMatchObject([{ statusCode: 200, headers: { CSeq: ['5'] } }])
  })

  it('[14] takes the first transport of several that it can serve', async () => {
    const scene = await new Scene({ udp: false }).listen()
    const offers = 'RTP/AVP;unicast;client_port=35466-35467;mode=play,RTP/AVP/TCP;unicast;interleaved=0-1;mode=play'
    expect(scene.client().setup(0, offers)?.headers['Transport']?.[0]).toMatch(
      /^RTP\/AVP\/TCP;unicast;interleaved=0-1;ssrc=[0-9A-F]{8}$/,
    )
  })

  it.each(['PLAY', 'RECORD', 'PAUSE', 'TEARDOWN'])('[17] %s of a session that never was is 454', async (method) => {
    const scene = await new Scene().listen()
    const client = scene.client()
    expect(client.ask(method, 'rtsp://host:8554/cam', { Session: 'ABC' })?.statusCode).toBe(454)
    scene.settle()
    expect(scene.closeReasons).toEqual(['session not found'])
  })
})
