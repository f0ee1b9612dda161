import { describe, expect, it } from 'vitest'
import { createDescription } from '../../src/formats/create-description.ts'
import { h265Format, opusFormat } from '../../src/formats/create-format.ts'
import { respond } from '../../src/api/respond.ts'
import { parseRtpInfo } from '../../src/wire/headers/rtp-info.ts'
import { picture } from '../api/scene.ts'
import { clientOf, message, statuses } from './scenes.ts'

describe('[quirk: strict-readers-of-descriptions]', () => {
  it('H.265 parameter sets are written all three or not at all, Opus as 48000/2', async () => {
    const set = (type: number) => Uint8Array.of(type << 1, 1, 2, 3)
    const [vps, sps, pps] = [set(32), set(33), set(34)]
    const described = async (format: ReturnType<typeof h265Format>): Promise<string> => {
      const { scene, client } = await clientOf()
      const opus = opusFormat({ payloadType: 97, channelCount: 1 })
      const medias = [
        { type: 'video', formats: [format] },
        { type: 'audio', formats: [opus] },
      ] as const
      scene.streams.set('/new', scene.server.createStream(createDescription({ medias })))
      return new TextDecoder().decode(client.ask('DESCRIBE', 'rtsp://host:8554/new')?.body)
    }
    const whole = await described(h265Format({ payloadType: 96, vps, sps, pps }))
    for (const name of ['sprop-vps=', 'sprop-sps=', 'sprop-pps=']) expect(whole).toContain(name)
    expect(whole).toContain('a=rtpmap:97 opus/48000/2')
    expect(await described(h265Format({ payloadType: 96, sps, pps }))).not.toMatch(/sprop-[vsp]ps/)
  })
})

describe('[quirk: description-without-origin]', () => {
  it.each([
    ['nothing but a media', ['v=0', 'm=audio 0 RTP/AVP 0', 'a=control:streamid=0']],
    ['no version, a time that is none', ['s=x', 't=now-', 'm=audio 0 RTP/AVP 0', 'a=control:streamid=0']],
    ['an empty name', ['v=0', 's=', 'm=audio 0 RTP/AVP 0', 'a=control:streamid=0']],
  ])('%s can be announced', async (_, lines) => {
    const { client } = await clientOf()
    client.ask('ANNOUNCE', 'rtsp://host:8554/pub', { 'Content-Type': 'application/sdp' }, `${lines.join('\n')}\n`)
    expect(statuses(client)).toEqual([200])
  })
})

describe('[quirk: multicast-on-request]', () => {
  it('the description names a multicast address for ?vlcmulticast, and none otherwise', async () => {
    const { client } = await clientOf({ multicast: { ipRange: '224.1.0.0/16', rtpPort: 8002 } })
    const described = (query: string): string =>
      new TextDecoder().decode(client.ask('DESCRIBE', `rtsp://host:8554/cam${query}`)?.body)
    expect(described('?vlcmulticast')).toContain('c=IN IP4 224.1.0.0')
    expect(described('')).toContain('c=IN IP4 0.0.0.0')
  })
})

describe('[quirk: rtp-info-is-believed]', () => {
  it('has neither seq nor rtptime before the first packet, and the true ones afterwards', async () => {
    const { scene, client } = await clientOf()
    expect(parseRtpInfo(client.play()?.headers['RTP-Info']?.[0] ?? '')).toEqual([
      { url: 'rtsp://host:8554/cam/trackID=0' },
      { url: 'rtsp://host:8554/cam/trackID=1' },
    ])
    scene.cam.writeRtp(0, picture(0xffff, 0xfffffff0))
    scene.settle()
    scene.clock.advance(1_000)
    const second = scene.client('10.0.0.2')
    const info = parseRtpInfo(second.play()?.headers['RTP-Info']?.[0] ?? '')
    // 90,000 ticks for the second that has passed, less a tenth of a second, both numbers across their wrap.
    expect(info).toMatchObject([{ sequenceNumber: 0, timestamp: 81_000 - 16 }, {}])
  })
})

describe('[quirk: back-channel-on-request]', () => {
  it('is described only to those who require it', async () => {
    const { scene, client } = await clientOf({}, { setup: () => respond.notFound() })
    const base = createDescription({
      medias: [{ type: 'audio', formats: [opusFormat({ payloadType: 97, channelCount: 1 })] }],
    })
    const [media] = base.medias
    if (media === undefined) throw new Error('no media')
    const medias = [media, { ...media, isBackChannel: true }]
    scene.streams.set('/door', scene.server.createStream({ ...base, medias }))
    const described = (...headers: readonly string[]): string => {
      client.write(message('DESCRIBE rtsp://host:8554/door RTSP/1.0', 'CSeq: 1', ...headers))
      return new TextDecoder().decode(client.answers().at(-1)?.body)
    }
    expect(described()).not.toContain('a=sendonly')
    expect(described('Require: www.onvif.org/ver20/backchannel')).toContain('a=sendonly')
  })
})

describe('[quirk: reports-at-once]', () => {
  it('a sender report comes with the first packet, in the same write', async () => {
    const { scene, client } = await clientOf()
    client.play()
    scene.cam.writeRtp(0, picture(1))
    scene.settle()
    client.read()
    const [first, second] = client.frames()
    expect([first?.channel, second?.channel]).toEqual([0, 1])
    expect(second?.payload[1]).toBe(200)
  })
})

describe('[quirk: hole-punching]', () => {
  it('datagrams of any content from the ports of a reader are dropped, and keep nobody alive', async () => {
    const { scene, client } = await clientOf({ idleTimeoutMs: 5_000 })
    const rtp = scene.network.socket(5000, '10.0.0.1')
    client.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    for (let second = 0; second < 7; second++) {
      for (const bytes of [[], [0], [0xce, 0xfa, 0xed, 0xfe]]) rtp.send(Uint8Array.from(bytes), '127.0.0.1', 8000)
      scene.clock.advance(1_000)
    }
    expect(scene.events.filter((event) => event.type === 'decode.error')).toEqual([])
    expect(scene.sessionEnds).toEqual([expect.stringMatching(/timed out|not in use/)])
  })
})
