import { Failure, isFailure } from '../../contracts/failure.ts'
import { decodeText } from '../headers/text.ts'
import { headerLineLimit, limits, lineEndBytes, requestLineLimit } from '../limits.ts'
import { ByteScratch } from './byte-scratch.ts'
import { classifyFirstBytes, firstBytes, type FirstBytes } from './first-bytes.ts'
import type { FramerHandler, FramerState } from './framer-handler.ts'
import { interleavedFrameHeaderBytes, interleavedFrameMark } from './interleaved-frame.ts'
import { MessageHead } from './message-head.ts'

/**
 * Bytes of a connection into requests, responses and interleaved frames.
 *
 * Frames are the hot path: one that lies within a chunk is handed on as a view, and nothing else is allocated. What
 * straddles two chunks is copied, once: a payload or a body straight into the array that the receiver gets; the
 * undecided start of an element, like every line, into a scratch that is used again. No byte is looked at twice for
 * having come alone, so chunks of one byte cost no more than a constant each.
 *
 * After a request the framer stops by itself until `resume`: one outstanding request per connection keeps answers in
 * order, and a peer that pipelines fills its own window, not our memory. All progress is one loop, whoever calls
 * whom from inside of a callback, so the stack does not grow.
 */

export type { FramerHandler, FramerState } from './framer-handler.ts'
export { encodeInterleavedFrame } from './interleaved-frame.ts'

/** See the top of the file. One per connection. */
export class RtspFramer {
  readonly #handler: FramerHandler
  #state: FramerState = 'needData'
  #isRunning = false
  #phase: Phase = 'start'
  #elementCount = 0
  #skippedBytes = 0

  /** What is being read, from `#position` on, and what waits behind it. */
  #chunk: Uint8Array = noBytes
  #position = 0
  #waiting: Uint8Array[] = []

  /** A start, a line or a frame header, as far as it has come. */
  readonly #scratch = new ByteScratch()

  /** Head of the message that is being read, and how many bytes of it are already consumed. */
  #head: MessageHead | undefined
  #headBytes = 0

  /** Body or payload that is being filled. */
  #target: Uint8Array = noBytes
  #filled = 0
  #channel = 0

  constructor(handler: FramerHandler) {
    this.#handler = handler
  }

  get state(): FramerState {
    return this.#state
  }

  /** Complete requests, responses and frames so far. */
  get elementCount(): number {
    return this.#elementCount
  }

  /** Bytes that were pushed and are not yet part of a complete element; 0 between elements. */
  get bufferedBytes(): number {
    const open = this.#headBytes + this.#scratch.length + this.#filled + (this.#chunk.length - this.#position)
    return this.#waiting.reduce((sum, chunk) => sum + chunk.length, open)
  }

  /**
   * Takes a chunk, which must not be changed afterwards, and reads as far as it can. While paused, chunks are only kept:
   * the owner stops reading the socket then.
   */
  push(chunk: Uint8Array): FramerState {
    if (this.#state === 'failed' || chunk.length === 0) return this.#state
    // A Buffer would make every payload a Buffer, whose `slice` does not copy.
    this.#waiting.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
    return this.#run()
  }

  /** Goes on behind the request that was handed out last. Does nothing when not paused. */
  resume(): FramerState {
    if (this.#state === 'paused') this.#state = 'needData'
    return this.#run()
  }

  /** Drops everything and ignores what comes: for an owner that is done with the connection. Nothing is reported. */
  stop(): void {
    this.#state = 'failed'
    this.#chunk = this.#target = noBytes
    this.#position = this.#filled = this.#headBytes = 0
    this.#scratch.clear()
    this.#waiting = []
    this.#head = undefined
  }

  #run(): FramerState {
    if (this.#isRunning) return this.#state
    this.#isRunning = true
    try {
      while (this.#canGoOn()) this.#step()
    } finally {
      // A handler that throws does so to the caller of `push`; the framer stands behind the element that was handed out.
      this.#isRunning = false
    }
    return this.#state
  }

  #canGoOn(): boolean {
    if (this.#state !== 'needData') return false
    if (this.#position < this.#chunk.length) return true
    this.#chunk = this.#waiting.shift() ?? noBytes
    this.#position = 0
    return this.#chunk.length > 0
  }

  /** Consumes at least one byte of the chunk, or decides what its first bytes are. */
  #step(): void {
    switch (this.#phase) {
      case 'start':
        if (this.#scratch.length > 0) this.#startInScratch()
        else if (this.#chunk[this.#position] !== interleavedFrameMark || !this.#wholeFrame()) this.#startInChunk()
        return
      case 'requestLine':
        this.#line(requestLineLimit)
        return
      case 'statusLine':
        this.#line(limits.statusLineLength + lineEndBytes)
        return
      case 'headers':
        this.#line(headerLineLimit)
        return
      case 'frameHeader':
        this.#frameHeader()
        return
      case 'body':
      case 'payload':
        this.#fill()
        return
    }
  }

  /** The hot path: a frame that lies within the chunk. False if it does not. */
  #wholeFrame(): boolean {
    const chunk = this.#chunk
    const start = this.#position + interleavedFrameHeaderBytes
    if (start > chunk.length) return false
    const length = ((chunk[start - 2] ?? 0) << 8) | (chunk[start - 1] ?? 0)
    if (start + length > chunk.length) return false
    this.#position = start + length
    this.#skippedBytes = 0
    this.#elementCount += 1
    this.#handler.onFrame(chunk[start - 3] ?? 0, new Uint8Array(chunk.buffer, chunk.byteOffset + start, length))
    return true
  }

  #startInChunk(): void {
    const verdict = classifyFirstBytes(this.#chunk, this.#position, this.#chunk.length)
    if (verdict === firstBytes.undecided) this.#keep(this.#chunk.length)
    else if (verdict !== firstBytes.garbage) this.#begin(verdict)
    else if (this.#countSkipped()) this.#position += 1
  }

  /** As above for a start that straddles chunks: byte by byte, so that nothing is taken that belongs to the next element. */
  #startInScratch(): void {
    this.#keep(this.#position + 1)
    while (this.#scratch.length > 0) {
      const verdict = classifyFirstBytes(this.#scratch.bytes, 0, this.#scratch.length)
      if (verdict === firstBytes.undecided) return
      if (verdict !== firstBytes.garbage) {
        this.#begin(verdict)
        return
      }
      if (!this.#countSkipped()) return
      this.#scratch.dropFirst()
    }
  }

  #begin(verdict: Exclude<FirstBytes, 0 | 1>): void {
    this.#skippedBytes = 0
    if (verdict === firstBytes.frame) this.#phase = 'frameHeader'
    else if (verdict === firstBytes.request) this.#phase = 'requestLine'
    else if (verdict === firstBytes.response) this.#phase = 'statusLine'
    else if (verdict === firstBytes.invalidMethod) this.#fail(new Failure('ERR_RTSP_MALFORMED', 'invalid method'))
    else this.#fail(new Failure('ERR_RTSP_LIMIT', `method length exceeds ${limits.methodLength}`))
  }

  #countSkipped(): boolean {
    this.#skippedBytes += 1
    if (this.#skippedBytes <= limits.skippedBytes) return true
    this.#fail(new Failure('ERR_RTSP_MALFORMED', `more than ${limits.skippedBytes} bytes that are not RTSP`))
    return false
  }

  /** `limit` is that of the longest line of the phase with its line end; the parts of a line have limits of their own. */
  #line(limit: number): void {
    const lineFeed = this.#chunk.indexOf(0x0a, this.#position)
    const end = lineFeed < 0 ? this.#chunk.length : lineFeed + 1
    if (this.#scratch.length + end - this.#position > limit) {
      this.#fail(new Failure('ERR_RTSP_LIMIT', `line length exceeds ${limit}`))
      return
    }
    if (lineFeed >= 0 && this.#scratch.length === 0) {
      // Nearly always: the line lies within the chunk and is read where it is.
      this.#endLine(this.#chunk, this.#position, (this.#position = end))
      return
    }
    this.#keep(end)
    if (lineFeed < 0) return
    const { bytes, length } = this.#scratch
    this.#scratch.clear()
    this.#endLine(bytes, 0, length)
  }

  /** Takes the line in `[start, end)`, which ends with its line feed. */
  #endLine(bytes: Uint8Array, start: number, end: number): void {
    this.#headBytes += end - start
    this.#takeLine(decodeText(bytes, start, end - (end - start > 1 && bytes[end - 2] === 0x0d ? 2 : 1)))
  }

  #takeLine(line: string): void {
    if (this.#head === undefined) {
      const head = this.#phase === 'requestLine' ? MessageHead.ofRequest(line) : MessageHead.ofResponse(line)
      if (isFailure(head)) this.#fail(head)
      else {
        this.#head = head
        this.#phase = 'headers'
      }
    } else if (line !== '') {
      const failure = this.#head.addLine(line)
      if (failure !== undefined) this.#fail(failure)
    } else {
      const bodyBytes = this.#head.finish()
      if (isFailure(bodyBytes)) this.#fail(bodyBytes)
      else this.#expect('body', bodyBytes)
    }
  }

  #frameHeader(): void {
    this.#keep(Math.min(this.#chunk.length, this.#position + interleavedFrameHeaderBytes - this.#scratch.length))
    if (this.#scratch.length < interleavedFrameHeaderBytes) return
    this.#channel = this.#scratch.bytes[1] ?? 0
    this.#scratch.clear()
    this.#expect('payload', ((this.#scratch.bytes[2] ?? 0) << 8) | (this.#scratch.bytes[3] ?? 0))
  }

  /** Waits for a body or payload; an empty one is complete at once. */
  #expect(phase: 'body' | 'payload', length: number): void {
    this.#phase = phase
    this.#target = length === 0 ? noBytes : new Uint8Array(length)
    if (length === 0) this.#deliver()
  }

  #fill(): void {
    const missing = this.#target.length - this.#filled
    const end = Math.min(this.#chunk.length, this.#position + missing)
    this.#target.set(this.#chunk.subarray(this.#position, end), this.#filled)
    this.#filled += end - this.#position
    this.#position = end
    if (this.#filled === this.#target.length) this.#deliver()
  }

  #deliver(): void {
    const bytes = this.#target
    const head = this.#head
    this.#target = noBytes
    this.#head = undefined
    this.#filled = this.#headBytes = 0
    this.#phase = 'start'
    this.#elementCount += 1
    if (head === undefined) {
      this.#handler.onFrame(this.#channel, bytes)
      return
    }
    const message = head.message(bytes)
    if (message.kind === 'response') {
      this.#handler.onResponse(message)
      return
    }
    this.#state = 'paused'
    this.#handler.onRequest(message)
  }

  /** Moves the bytes of the chunk before `end` to the scratch. */
  #keep(end: number): void {
    this.#scratch.append(this.#chunk, this.#position, end)
    this.#position = end
  }

  #fail(failure: Failure): void {
    this.stop()
    this.#handler.onFailure(failure)
  }
}

type Phase = 'start' | 'requestLine' | 'statusLine' | 'headers' | 'frameHeader' | 'body' | 'payload'

const noBytes = new Uint8Array(0)
