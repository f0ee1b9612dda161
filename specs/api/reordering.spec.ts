import { describe, expect, it } from 'vitest'
import { picture, publisherSdp, Scene } from './scene.ts'

/** A publisher over UDP whose packets arrive as the spec says, and the sequence numbers that come out. */
async function publisherOverUdp(maxReorderDelayMs: number) {
  const scene = await new Scene({ maxReorderDelayMs }).listen()
  const rtp = scene.network.socket(5000, '10.0.0.1')
  const client = scene.client()
  const url = 'rtsp://host:8554/pub'
  client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)
  client.ask('SETUP', `${url}/streamid=0`, { Transport: 'RTP/AVP;unicast;client_port=5000-5001;mode=record' })
  client.ask('SETUP', `${url}/streamid=1`, { Transport: 'RTP/AVP;unicast;client_port=5002-5003;mode=record' })
  client.ask('RECORD', url)
  const got: number[] = []
  scene.sessions[0]?.rtp$.subscribe(({ packet }) => got.push(packet.sequenceNumber))
  const send = (...numbers: number[]): void => {
    for (const number of numbers) rtp.send(picture(number), '127.0.0.1', 8000)
    scene.settle()
  }
  return { scene, got, send }
}

describe('reception over UDP (spec 6.8)', () => {
  it('puts packets back in order', async () => {
    const { got, send } = await publisherOverUdp(0)
    send(1, 3, 2, 4)
    expect(got).toEqual([1, 2, 3, 4])
  })

  it('waits for a missing packet until 64 later ones have come when there is no time limit', async () => {
    const { scene, got, send } = await publisherOverUdp(0)
    send(1, 3)
    scene.clock.advance(5_000)
    expect(got).toEqual([1])
    send(...Array.from({ length: 63 }, (_, index) => 4 + index))
    expect(got).toHaveLength(65)
  })

  it('waits no longer than maxReorderDelayMs and a half, and tells what was lost', async () => {
    const { scene, got, send } = await publisherOverUdp(200)
    send(1, 3, 4)
    scene.clock.advance(199)
    expect(got).toEqual([1])
    scene.clock.advance(101)
    expect(got).toEqual([1, 3, 4])
    expect(scene.events).toContainEqual(expect.objectContaining({ type: 'packets.lost', count: 1 }))
  })

  it('leaves no timer behind when the session pauses', async () => {
    const { scene, send } = await publisherOverUdp(200)
    send(1)
    const before = scene.clock.pendingTimers
    scene.sessions[0]?.close()
    scene.settle()
    expect(scene.clock.pendingTimers).toBeLessThan(before)
    scene.clock.advance(1_000)
    expect(scene.clock.pendingTimers).toBe(0)
  })
})
