import { describe, expect, it } from 'vitest'
import { clientOf, message, statuses } from './scenes.ts'

describe('[quirk: track-behind-query]', () => {
  it.each(['/cam?user=me/trackID=1', '/cam/trackID=1?user=me'])('SETUP of %s is about /cam, track 1', async (path) => {
    const { scene, client } = await clientOf()
    client.write(
      message(`SETUP rtsp://host:8554${path} RTSP/1.0`, 'CSeq: 3', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1'),
    )
    expect(statuses(client)).toEqual([200])
    const [session] = scene.server.sessions
    expect(session?.path).toBe('/cam')
    expect(session?.query).toBe('user=me')
    expect(session?.medias[0]?.type).toBe('audio')
  })
})

describe('[quirk: setup-without-track]', () => {
  it('SETUP of the stream with a slash is about the first media', async () => {
    const { scene, client } = await clientOf()
    client.write(message('SETUP rtsp://host:8554/cam/ RTSP/1.0', 'CSeq: 3', 'Transport: RTP/AVP/TCP;unicast'))
    expect(statuses(client)).toEqual([200])
    expect(scene.server.sessions[0]?.medias[0]?.type).toBe('video')
  })
})

describe('[quirk: setup-of-the-aggregate]', () => {
  it('one SETUP more, of the whole stream, is an answer and a reason; another reader notices nothing', async () => {
    const { scene, client } = await clientOf()
    const other = scene.client('10.0.0.9')
    other.play()
    client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    client.write(
      message(
        'SETUP rtsp://host:8554/cam/ RTSP/1.0',
        'CSeq: 9',
        'User-Agent: LibVLC/3.0.18 (LIVE555 Streaming Media v2016.11.28)',
        'Transport: RTP/AVP/TCP;unicast;interleaved=2-3',
      ),
    )
    expect(statuses(client)).toEqual([200, 400])
    expect(scene.closeReasons).toEqual(['media has already been setup'])
    expect(other.ask('OPTIONS', 'rtsp://host:8554/cam')?.statusCode).toBe(200)
    expect(scene.events.filter((event) => event.type === 'fault')).toEqual([])
  })
})

describe('[quirk: second-dialect]', () => {
  it('SETUP without track or slash names its likely cause in the reason of the close', async () => {
    const { scene, client } = await clientOf()
    client.write(
      message('SETUP rtsp://host:8554/cam RTSP/1.0', 'CSeq: 3', 'Transport: RTP/AVP;unicast;client_port=5000'),
    )
    expect(statuses(client)).toEqual([400])
    expect(scene.closeReasons[0]).toMatch(/^invalid SETUP path.*VLC fails a request/)
  })
})

describe('[quirk: double-slash]', () => {
  it('is the same stream as with one slash, from DESCRIBE to PLAY', async () => {
    const { scene, client } = await clientOf()
    client.write(message('DESCRIBE rtsp://host:8554/cam// RTSP/1.0', 'CSeq: 1'))
    client.write(
      message('SETUP rtsp://host:8554/cam//trackID=0 RTSP/1.0', 'CSeq: 2', 'Transport: RTP/AVP/TCP;interleaved=0-1'),
    )
    client.write(message('PLAY rtsp://host:8554/cam// RTSP/1.0', 'CSeq: 3', `Session: ${client.sessionHeader}`))
    expect(statuses(client)).toEqual([200, 200, 200])
    expect(scene.server.sessions[0]?.path).toBe('/cam')
  })
})

describe('[quirk: mode-receive]', () => {
  it.each(['mode=receive', 'mode="RECEIVE"', 'mode=record', 'mode="RECORD"'])('%s is a recording', async (mode) => {
    const { client } = await clientOf()
    const url = 'rtsp://host:8554/pub'
    const body = ['v=0', 'm=audio 0 RTP/AVP 0', 'a=control:streamid=0', ''].join('\r\n')
    client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, body)
    client.write(
      message(
        `SETUP ${url}/streamid=0 RTSP/1.0`,
        'CSeq: 2',
        `Transport: RTP/AVP/UDP;unicast;${mode};source=127.0.0.1;client_port=14186-14187`,
      ),
    )
    expect(statuses(client)).toEqual([200, 200])
  })

  it.each(['', ';mode=play', ';mode="PLAY"'])('a reader may write %j', async (mode) => {
    const { client } = await clientOf()
    expect(client.setup(0, `RTP/AVP/TCP;unicast;interleaved=0-1${mode}`)?.statusCode).toBe(200)
  })
})

describe('[quirk: udp-is-off]', () => {
  it('UDP is 461, and the second try over TCP on the same connection succeeds', async () => {
    const { client } = await clientOf({ udp: false })
    expect(client.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')?.statusCode).toBe(461)
    expect(client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')?.statusCode).toBe(200)
  })
})

describe('[quirk: client-ports-zero]', () => {
  it('is passed over for the next alternative', async () => {
    const { client } = await clientOf()
    const answer = client.setup(0, 'RTP/AVP;unicast;client_port=0-0,RTP/AVP/TCP;unicast;interleaved=0-1')
    expect(answer?.headers['Transport']?.[0]).toMatch(/^RTP\/AVP\/TCP;unicast;interleaved=0-1/)
  })

  it('is 461 when it is the only alternative', async () => {
    const { client } = await clientOf()
    expect(client.setup(0, 'RTP/AVP;unicast;client_port=0-0')?.statusCode).toBe(461)
    expect(client.ask('OPTIONS', 'rtsp://host:8554/cam')?.statusCode).toBe(200)
  })
})

describe('[quirk: no-interleaved-channels]', () => {
  it('TCP without channels gets the next free pair', async () => {
    const { client } = await clientOf()
    client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=2-3')
    expect(client.setup(1, 'RTP/AVP/TCP')?.headers['Transport']?.[0]).toContain('interleaved=0-1')
  })
})

describe('[quirk: odd-interleaved-channels]', () => {
  it.each(['2-3', '5-6', '254-255'])('%s is used and echoed', async (pair) => {
    const { client } = await clientOf()
    const answer = client.setup(1, `RTP/AVP/TCP;unicast;interleaved=${pair}`)
    expect(answer?.headers['Transport']?.[0]).toContain(`interleaved=${pair}`)
  })
})

describe('[quirk: interleaved-without-tcp]', () => {
  it('RTP/AVP with channels and no ports is TCP', async () => {
    const { client } = await clientOf()
    const answer = client.setup(0, 'RTP/AVP;unicast;interleaved=0-1')
    expect(answer?.headers['Transport']?.[0]).toMatch(/^RTP\/AVP\/TCP;unicast;interleaved=0-1/)
  })
})

describe('[quirk: unusual-spelling]', () => {
  it.each(['Cseq', 'CSEQ', 'cseq'])('%s is CSeq', async (name) => {
    const { client } = await clientOf()
    client.write(message('OPTIONS rtsp://host:8554/cam RTSP/1.0', `${name}:   77`))
    expect(client.answers()[0]?.headers['CSeq']).toEqual(['77'])
  })

  it.each([
    'RTP/AVP/TCP;unicast;source=;interleaved=0-1',
    'RTP/AVP/TCP;UNICAST;Interleaved=0-1',
    'unicast;ssrc= 4317f;interleaved=0-1;RTP/AVP/TCP',
    'RTP/AVP/TCP;unicast;interleaved=0-1;x-future=1;layers=2',
    'RAW/RAW/UDP;unicast,RTP/AVP/TCP;unicast;interleaved=0-1',
  ])('Transport %j is read', async (transport) => {
    const { client } = await clientOf()
    expect(client.setup(0, transport)?.headers['Transport']?.[0]).toContain('interleaved=0-1')
  })
})

describe('[quirk: junk-between-messages]', () => {
  it('zeros and line ends are skipped', async () => {
    const { client } = await clientOf()
    const request = message('OPTIONS rtsp://host:8554/cam RTSP/1.0', 'CSeq: 1')
    client.write(`\0\0\0\0${request}\r\n\r\n\0${request}`)
    expect(statuses(client)).toEqual([200, 200])
  })
})
