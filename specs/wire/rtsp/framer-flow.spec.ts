import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { encodeInterleavedFrame, RtspFramer, type FramerHandler } from '../../../src/wire/rtsp/framer.ts'
import { bytesOf, concat, feed, feedEveryWay } from './feed.ts'

const request = bytesOf('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n')

const silent: FramerHandler = {
  onRequest: () => undefined,
  onResponse: () => undefined,
  onFrame: () => undefined,
  onFailure: () => undefined,
}

describe('[69] frames (RFC 2326 section 10.12)', () => {
  it('within a chunk are views into it', () => {
    const payloads: Uint8Array[] = []
    const framer = new RtspFramer({ ...silent, onFrame: (_channel, payload) => void payloads.push(payload) })
    const chunk = concat(encodeInterleavedFrame(0, Uint8Array.of(1, 2)), encodeInterleavedFrame(1, Uint8Array.of(3)))
    framer.push(chunk)
    expect(payloads.map((payload) => payload.buffer === chunk.buffer)).toEqual([true, true])
    expect(payloads).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3)])
  })

  it('are both read when they are divided by zeros', () => {
    const [one, two] = [encodeInterleavedFrame(6, Uint8Array.of(1, 2)), encodeInterleavedFrame(7, Uint8Array.of(3))]
    expect(feedEveryWay(concat(one, '\0\0\0', two))).toEqual([
      { kind: 'frame', channel: 6, payload: Uint8Array.of(1, 2) },
      { kind: 'frame', channel: 7, payload: Uint8Array.of(3) },
    ])
  })

  it('of a Buffer are plain byte arrays', () => {
    const payloads: Uint8Array[] = []
    const framer = new RtspFramer({ ...silent, onFrame: (_channel, payload) => void payloads.push(payload) })
    framer.push(Buffer.from(encodeInterleavedFrame(0, Uint8Array.of(1, 2))))
    expect(payloads[0]?.constructor).toBe(Uint8Array)
  })

  it('that straddle chunks do not share memory with the next ones', () => {
    const payloads: Uint8Array[] = []
    const framer = new RtspFramer({ ...silent, onFrame: (_channel, payload) => void payloads.push(payload) })
    for (let round = 0; round < 3; round += 1) {
      const frame = encodeInterleavedFrame(0, Uint8Array.of(round, round, round))
      framer.push(frame.slice(0, 5))
      framer.push(frame.slice(5))
    }
    expect(payloads).toEqual([0, 1, 2].map((round) => Uint8Array.of(round, round, round)))
  })

  it('may be as long as their length field allows', () => {
    const payload = new Uint8Array(65535).fill(7)
    const frame = encodeInterleavedFrame(200, payload)
    const expected = [{ kind: 'frame', channel: 200, payload }]
    expect(feed([frame]).events).toEqual(expected)
    expect(feed([frame.slice(0, 30000), frame.slice(30000)]).events).toEqual(expected)
  })

  it('are refused at the call when they cannot be written', () => {
    expect(() => encodeInterleavedFrame(256, new Uint8Array(1))).toThrow('invalid channel')
    expect(() => encodeInterleavedFrame(0, new Uint8Array(65536))).toThrow('does not fit')
  })
})

describe('pausing', () => {
  it('holds everything behind a request until resume', () => {
    let requests = 0
    const framer = new RtspFramer({ ...silent, onRequest: () => void (requests += 1) })
    expect(framer.push(concat(request, request))).toBe('paused')
    expect(framer.push(request)).toBe('paused')
    expect([requests, framer.bufferedBytes]).toEqual([1, 2 * request.length])
    expect(framer.resume()).toBe('paused')
    expect(framer.resume()).toBe('paused')
    expect(framer.resume()).toBe('needData')
    expect([requests, framer.bufferedBytes, framer.elementCount]).toEqual([3, 0, 3])
  })

  it('does not deepen the stack, however many requests are pipelined and resumed from inside', () => {
    const count = 20_000
    const chunk = new Uint8Array(request.length * count)
    for (let index = 0; index < count; index += 1) chunk.set(request, index * request.length)
    let depth = 0
    let deepest = 0
    let requests = 0
    const framer: RtspFramer = new RtspFramer({
      ...silent,
      onRequest() {
        depth += 1
        deepest = Math.max(deepest, depth)
        requests += 1
        framer.resume()
        depth -= 1
      },
    })
    framer.push(chunk)
    expect([requests, deepest]).toEqual([count, 1])
  })

  it('keeps order when a handler pushes from inside', () => {
    const channels: number[] = []
    const framer: RtspFramer = new RtspFramer({
      ...silent,
      onFrame(channel) {
        channels.push(channel)
        if (channel === 0) framer.push(encodeInterleavedFrame(2, Uint8Array.of(1)))
      },
    })
    framer.push(concat(encodeInterleavedFrame(0, Uint8Array.of(1)), encodeInterleavedFrame(1, Uint8Array.of(1))))
    expect(channels).toEqual([0, 1, 2])
  })

  it('goes on behind the element on which a handler threw', () => {
    const channels: number[] = []
    const framer = new RtspFramer({
      ...silent,
      onFrame(channel) {
        if (channel === 0) throw new Error('handler')
        channels.push(channel)
      },
    })
    const frames = concat(encodeInterleavedFrame(0, Uint8Array.of(1)), encodeInterleavedFrame(1, Uint8Array.of(1)))
    expect(() => framer.push(frames)).toThrow('handler')
    framer.push(encodeInterleavedFrame(2, Uint8Array.of(1)))
    expect(channels).toEqual([1, 2])
  })

  it('tells nothing after stop, even from inside of a chunk', () => {
    const channels: number[] = []
    const framer: RtspFramer = new RtspFramer({
      ...silent,
      onFrame(channel) {
        channels.push(channel)
        framer.stop()
      },
    })
    const frame = encodeInterleavedFrame(5, Uint8Array.of(1))
    expect(framer.push(concat(frame, frame))).toBe('failed')
    framer.push(frame)
    framer.resume()
    expect([channels, framer.bufferedBytes]).toEqual([[5], 0])
  })
})

describe('any bytes', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .constantFrom(
        ...[
          'OPTIONS ',
          'RTSP/1.0 ',
          'rtsp://h/',
          '* ',
          '\r\n',
          '\n',
          '\r',
          ': ',
          'CSeq: 1\r\n',
          '$\0\0\x02ab',
          '$',
          'FLY ',
        ],
        ...['Content-Length: 3\r\n', 'OPTIONS * RTSP/1.0\r\n', '\r\n\r\n', 'RT', 'GET / HTTP/1.1\r\n', '\0'],
      )
      .map(bytesOf),
  )

  it('are accepted or told as one failure, never thrown, and mean the same however they are cut', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const bytes = concat(...pieces)
        const events = feedEveryWay(bytes)
        expect(feed(pieces).events).toEqual(events)
        const failureIndex = events.findIndex((event) => event.kind === 'failure')
        if (failureIndex >= 0) expect(failureIndex).toBe(events.length - 1)
      }),
      { numRuns: 60 },
    )
  })

  it('are counted: nothing is held that was not pushed', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const bytes = concat(...pieces)
        expect(feed([bytes]).framer.bufferedBytes).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 100 },
    )
  })
})
