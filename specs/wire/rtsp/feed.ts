import { expect } from 'vitest'
import type { Failure } from '../../../src/contracts/failure.ts'
import { RtspFramer } from '../../../src/wire/rtsp/framer.ts'
import type { RtspRequest, RtspResponse } from '../../../src/wire/rtsp/message.ts'

/** What a framer told its handler, in order. */
export type FramerEvent =
  | RtspRequest
  | RtspResponse
  | { readonly kind: 'frame'; readonly channel: number; readonly payload: Uint8Array }
  | { readonly kind: 'failure'; readonly failure: Failure }

/** When the handler resumes after a request: from inside of `onRequest`, or after `push` has returned. */
export type ResumeMode = 'inside' | 'later'

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export function concat(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? bytesOf(part) : part)]))
}

/** Pushes the pieces into a fresh framer and records what comes out. */
export function feed(pieces: readonly Uint8Array[], mode: ResumeMode = 'inside') {
  const events: FramerEvent[] = []
  const framer: RtspFramer = new RtspFramer({
    onRequest(request) {
      events.push(request)
      if (mode === 'inside') framer.resume()
    },
    onResponse: (response) => void events.push(response),
    onFrame: (channel, payload) => void events.push({ kind: 'frame', channel, payload: payload.slice() }),
    onFailure: (failure) => void events.push({ kind: 'failure', failure }),
  })
  for (const piece of pieces) {
    let state = framer.push(piece)
    while (state === 'paused') state = framer.resume()
  }
  return { events, framer }
}

/**
 * Feeds bytes whole, byte by byte, and cut in two at every position, with both ways to resume, and expects the same
 * events each time. Returns them.
 */
export function feedEveryWay(bytes: Uint8Array): readonly FramerEvent[] {
  const whole = feed([bytes]).events
  expect(feed([bytes], 'later').events).toEqual(whole)
  expect(feed(Array.from(bytes, (byte) => Uint8Array.of(byte))).events).toEqual(whole)
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)]
    expect(feed(pieces, cut % 2 === 0 ? 'inside' : 'later').events).toEqual(whole)
  }
  return whole
}
