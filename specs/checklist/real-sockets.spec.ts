import { filter, firstValueFrom, take, toArray } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { createRtspServer, type RtspServer } from '../../src/api/server.ts'
import { respond } from '../../src/api/respond.ts'
import type { ServerSession } from '../../src/api/session.ts'
import type { ServerStream } from '../../src/api/stream.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import { camera, picture, publisherSdp, sound } from '../api/scene.ts'
import { DatagramClient, SocketClient } from './socket-client.ts'

/** One of each kind over the real sockets of this machine: what the other specs prove in memory holds there as well. */

interface Running {
  readonly server: RtspServer
  readonly stream: ServerStream
  readonly port: number
  readonly rtpPort: number
  readonly recorded: Promise<ServerSession>
}

const servers: RtspServer[] = []
const clients: { end(): void }[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) client.end()
  for (const server of servers.splice(0)) await server.close()
})

async function start(): Promise<Running> {
  let tell: (session: ServerSession) => void = () => undefined
  const recorded = new Promise<ServerSession>((resolve) => (tell = resolve))
  const streams: ServerStream[] = []
  const server = createRtspServer({
    listen: { host: '127.0.0.1', port: 0 },
    udp: { host: '127.0.0.1', rtpPort: 0 },
    handlers: {
      describe: () => streams[0] ?? respond.notFound(),
      announce: () => respond.ok(),
      setup: ({ session }) => (session.state === 'preRecord' ? respond.ok() : (streams[0] ?? respond.notFound())),
      play: () => respond.ok(),
      record: ({ session }) => {
        tell(session)
        return respond.ok()
      },
    },
  })
  servers.push(server)
  const { port, udp } = await server.listen()
  const stream = server.createStream(camera)
  streams.push(stream)
  return { server, stream, port, rtpPort: udp?.rtpPort ?? 0, recorded }
}

async function connected(port: number): Promise<SocketClient> {
  const client = await SocketClient.connect(port)
  clients.push(client)
  return client
}

async function datagrams(): Promise<DatagramClient> {
  const client = await DatagramClient.bind()
  clients.push({ end: () => void client.socket.close() })
  return client
}

const sequenceNumber = (bytes: Uint8Array): number => new RtpPacket(bytes).sequenceNumber

describe('over real sockets', () => {
  it('[30] plays over TCP', async () => {
    const { stream, port } = await start()
    const client = await connected(port)
    const url = `rtsp://127.0.0.1:${port}/cam`
    expect(new TextDecoder().decode((await client.ask('DESCRIBE', url)).body)).toContain('a=control:trackID=1')
    await client.ask('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' })
    expect((await client.ask('PLAY', `${url}/`)).statusCode).toBe(200)
    stream.writeRtp(0, picture(7))
    stream.writeRtp(0, picture(8))
    expect([sequenceNumber(await client.frame(0)), sequenceNumber(await client.frame(0))]).toEqual([7, 8])
    expect((await client.ask('TEARDOWN', `${url}/`)).statusCode).toBe(200)
  })

  it('[30] plays over UDP', async () => {
    const { stream, port, rtpPort } = await start()
    const [client, rtp, rtcp] = [await connected(port), await datagrams(), await datagrams()]
    const url = `rtsp://127.0.0.1:${port}/cam`
    const transport = `RTP/AVP;unicast;client_port=${rtp.port}-${rtcp.port}`
    const answer = await client.ask('SETUP', `${url}/trackID=0`, { Transport: transport })
    expect(answer.headers['Transport']?.[0]).toContain(`server_port=${rtpPort}-${rtpPort + 1}`)
    expect((await client.ask('PLAY', `${url}/`)).statusCode).toBe(200)
    stream.writeRtp(0, picture(7))
    expect(sequenceNumber(await rtp.next())).toBe(7)
    expect((await rtcp.next())[1]).toBe(200)
    expect((await client.ask('TEARDOWN', `${url}/`)).statusCode).toBe(200)
  })

  it('[53] records over TCP', async () => {
    const { port, recorded } = await start()
    const client = await connected(port)
    const url = `rtsp://127.0.0.1:${port}/pub`
    await client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)
    for (const track of [0, 1]) {
      const transport = `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1};mode=record`
      await client.ask('SETUP', `${url}/streamid=${track}`, { Transport: transport })
    }
    expect((await client.ask('RECORD', url)).statusCode).toBe(200)
    const session = await recorded
    const packets = firstValueFrom(session.rtp$.pipe(take(2), toArray()))
    client.write(encodeInterleavedFrame(0, picture(1)))
    client.write(encodeInterleavedFrame(2, sound(2)))
    expect((await packets).map(({ media }) => media.type)).toEqual(['video', 'audio'])
  })

  it('[53] records over UDP, after a packet that opens firewalls', async () => {
    const { port, rtpPort, recorded } = await start()
    const [client, rtp, rtcp] = [await connected(port), await datagrams(), await datagrams()]
    const [rtp2, rtcp2] = [await datagrams(), await datagrams()]
    const url = `rtsp://127.0.0.1:${port}/pub`
    await client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)
    for (const [track, [one, two]] of [[rtp, rtcp] as const, [rtp2, rtcp2] as const].entries()) {
      const transport = `RTP/AVP;unicast;client_port=${one.port}-${two.port};mode=record`
      await client.ask('SETUP', `${url}/streamid=${track}`, { Transport: transport })
    }
    expect((await client.ask('RECORD', url)).statusCode).toBe(200)
    expect([...(await rtp.next())]).toEqual([0x80, ...new Array<number>(11).fill(0)])
    const session = await recorded
    const packets = firstValueFrom(session.rtp$.pipe(take(2), toArray()))
    rtp.send(picture(1), rtpPort)
    rtp2.send(sound(2), rtpPort)
    expect((await packets).map(({ media }) => media.type).toSorted()).toEqual(['audio', 'video'])
  })

  it('[7] answers a mistake and closes', async () => {
    const { server, port } = await start()
    const client = await connected(port)
    const closed = firstValueFrom(server.events$.pipe(filter((event) => event.type === 'connection.closed')))
    client.write('OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\n\r\n')
    expect((await client.response()).statusCode).toBe(400)
    await client.closed
    expect((await closed).reason.code).toBe('ERR_RTSP_CSEQ_MISSING')
    expect(server.connections).toEqual([])
  })

  it('[1] closes with everybody connected, and leaves the ports free', async () => {
    const { server, stream, port } = await start()
    const client = await connected(port)
    const url = `rtsp://127.0.0.1:${port}/cam`
    await client.ask('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' })
    await client.ask('PLAY', `${url}/`)
    stream.writeRtp(0, picture(1))
    await server.close()
    await client.closed
    const again = createRtspServer({ listen: { host: '127.0.0.1', port } })
    servers.push(again)
    expect((await again.listen()).port).toBe(port)
  })
})
