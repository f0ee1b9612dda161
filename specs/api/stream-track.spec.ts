import { of, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { packetize } from '../../src/formats/operators/packetize.ts'
import type { H264AccessUnit, OutgoingUnit } from '../../src/formats/units.ts'
import type { RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import { testRtp } from '../../src/testing/builders.ts'
import { framesOf, sequenceNumbers } from './packets.ts'
import { camera, Scene, sound } from './scene.ts'

const [video, audio] = camera.medias
const format = video!.formats[0]!

describe('stream.track', () => {
  it('is where a pipeline of units ends', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    const units$ = new Subject<OutgoingUnit<H264AccessUnit>>()
    if (format.codec !== 'H264') throw new Error('the camera of the scene has H264')
    units$.pipe(packetize(format, { maxPayloadBytes: 1000 })).subscribe(scene.cam.track(video!))
    units$.next({ codec: 'H264', timestamp: 0, nalus: [new Uint8Array(1500).fill(0x65)] })
    units$.next({ codec: 'H264', timestamp: 3600, nalus: [Uint8Array.of(0x41, 2)] })
    expect(sequenceNumbers(framesOf(scene, client))).toEqual([0, 1, 2])
  })

  it('takes packets and bytes, by media or index', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    scene.cam.track(0).next(testRtp({ sequenceNumber: 5 }))
    scene.cam.track(audio!).next(sound(6))
    const frames = framesOf(scene, client)
    expect([sequenceNumbers(frames, 0), sequenceNumbers(frames, 2)]).toEqual([[5], [6]])
  })

  it('closes the stream when all tracks have completed, each counted once', async () => {
    const scene = await new Scene().listen()
    const { cam } = scene
    const [one, other] = [cam.track(0), cam.track(1)]
    one.complete()
    one.complete()
    scene.settle()
    expect(cam.isClosed).toBe(false)
    other.complete()
    scene.settle()
    expect(cam.isClosed).toBe(true)
  })

  it('closes the stream when one of them errors', async () => {
    const scene = await new Scene().listen()
    const packets$ = new Subject<RtpPacket>()
    packets$.subscribe(scene.cam.track(0))
    scene.cam.track(1)
    packets$.error(new Error('broken'))
    scene.settle()
    expect(scene.cam.isClosed).toBe(true)
  })

  it('lets what comes after the close pass, and leaves out and counts what is too big', async () => {
    const scene = await new Scene({ maxPacketBytes: 1472 }).listen()
    const { cam } = scene
    const track = cam.track(0)
    track.next(testRtp({ payload: new Uint8Array(3000) }))
    expect(cam.oversizedPackets).toBe(1)
    cam.close()
    scene.settle()
    of(testRtp()).subscribe(track)
    expect(cam.stats().outboundBytes).toBe(0)
  })

  it('refuses medias that are not of the stream', async () => {
    const scene = await new Scene().listen()
    expect(() => scene.cam.track(2)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
    expect(() => scene.cam.track({ ...video! })).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })
})
