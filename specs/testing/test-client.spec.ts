import { describe, expect, it } from 'vitest'
import { testRequest, testRtp } from '../../src/testing/builders.ts'
import { TestClient } from '../../src/testing/test-client.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { createResponse, encodeResponse } from '../../src/wire/rtsp/message.ts'
import { memoryNetwork, ServerEnd } from './memory-connections.ts'

/** A client, and the server's end of its connection. */
async function connected() {
  const { clock, network } = memoryNetwork()
  const ends: ServerEnd[] = []
  await network.listen(
    { host: '', port: 8554 },
    (duplex) => ends.push(new ServerEnd(duplex).open()),
    () => undefined,
  )
  const client = new TestClient({ clock, network, address: '10.0.0.1' })
  clock.settle()
  const [end] = ends
  if (end === undefined) throw new Error('not connected')
  const asked = () => new TextDecoder().decode(Uint8Array.from(end.chunks.flatMap((chunk) => [...chunk])))
  return { clock, client, end, asked }
}

describe('TestClient', () => {
  it('counts CSeq, and sends the session that it was given from then on', async () => {
    const { clock, client, end, asked } = await connected()
    expect(client.ask('OPTIONS', 'rtsp://host/')).toBeUndefined()
    end.duplex.write(encodeResponse(createResponse(200, { CSeq: '1', Session: 'abc;timeout=55' })))
    clock.settle()
    client.read()
    expect(client.answers().map(({ statusCode }) => statusCode)).toEqual([200])
    expect(client.ask('PLAY', 'rtsp://host/')).toBeUndefined()
    expect(asked()).toBe(
      'OPTIONS rtsp://host/ RTSP/1.0\r\nCSeq: 1\r\n\r\n' +
        'PLAY rtsp://host/ RTSP/1.0\r\nCSeq: 2\r\nSession: abc;timeout=55\r\n\r\n',
    )
  })

  it('leaves a header out that is replaced by nothing', async () => {
    const { client, asked } = await connected()
    client.send('OPTIONS', 'rtsp://host/', { CSeq: [] })
    expect(asked()).toBe('OPTIONS rtsp://host/ RTSP/1.0\r\n\r\n')
  })

  it('keeps the order of answers and frames, and copies what is lent', async () => {
    const { clock, client, end } = await connected()
    end.duplex.write(encodeInterleavedFrame(2, Uint8Array.of(7)))
    end.duplex.write(encodeResponse(createResponse(200)))
    clock.settle()
    client.read()
    expect(client.received.map((each) => ('channel' in each ? each.channel : each.statusCode))).toEqual([2, 200])
    expect(client.frames()).toEqual([{ channel: 2, payload: Uint8Array.of(7) }])
    expect(end.duplex.remote.address).toBe('10.0.0.1')
  })

  it('throws when the server sends what is not RTSP', async () => {
    const { clock, client, end } = await connected()
    end.duplex.write(new TextEncoder().encode('RTSP/9 nonsense\r\n\r\n'))
    clock.settle()
    expect(() => client.read()).toThrow('what is not RTSP')
  })
})

describe('builders', () => {
  it('fill in what a test does not care about', () => {
    expect(testRtp({ sequenceNumber: 2 })).toMatchObject({
      sequenceNumber: 2,
      timestamp: 7200,
      payloadType: 96,
      ssrc: 1,
    })
    expect(testRtp({ timestamp: 5, marker: true })).toMatchObject({ sequenceNumber: 0, timestamp: 5, marker: true })
    expect(testRequest('OPTIONS', 'rtsp://host/')).toMatchObject({ method: 'OPTIONS', headers: { CSeq: ['1'] } })
    expect(testRequest('OPTIONS', 'rtsp://host/', { CSeq: '7' }).headers['CSeq']).toEqual(['7'])
  })
})
