/**
 * One direction of a connection in memory: a send queue, a window, a reader. The window stands for the buffers of both
 * operating systems: what fits in it counts as flushed although the peer has not read it, and once it is full the queue
 * grows. That is what makes `queuedBytes` and `flushedBytes` behave as they do on a real socket with a slow reader.
 */
import type { Clock } from '../contracts/clock.ts'
import type { FaultSource } from './memory-faults.ts'
import { MemoryLine } from './memory-line.ts'

/** Who is at the two ends of a pipe. Nothing is called from inside a method of the pipe that is not marked so. */
export interface PipeEnds {
  /** Reader: bytes arrived. They are a copy. */
  onBytes(bytes: Uint8Array): void
  /** Reader: the writer ended in good order. */
  onEnd(): void
  /** Writer: the queue is empty, after a time when it was not. */
  onDrained(): void
  /** Writer: everything and the end are in the window. May come from inside `end`. */
  onFinished(): void
  /** Writer: it wrote to a reader that is gone. */
  onRefused(): void
  /** Writer: more is queued than a memory network keeps. May come from inside `write`. */
  onOverflow(): void
}

/** Sizes of a pipe, in bytes. */
export interface PipeLimits {
  readonly windowBytes: number
  readonly queueBytes: number
}

/** Bytes on the way, or the end. A piece goes on growing until it has its size or is delivered. */
interface Piece {
  readonly parts: Uint8Array[]
  readonly isEnd: boolean
  readonly wantedBytes: number
  bytes: number
}

/** One direction of a memory connection. It starts held; `release` opens it. */
export class MemoryPipe {
  readonly #clock: Clock
  readonly #faults: FaultSource
  readonly #limits: PipeLimits
  readonly #ends: PipeEnds
  readonly #line: MemoryLine<Piece>
  #queue: Uint8Array[] = []
  #isBacklogged = false
  #hasEnd = false
  #isFinished = false
  #isReaderGone = false
  #isRefusalTold = false
  #onTheWayBytes = 0
  #queuedBytes = 0
  #flushedBytes = 0

  constructor(clock: Clock, faults: FaultSource, limits: PipeLimits, ends: PipeEnds) {
    this.#clock = clock
    this.#faults = faults
    this.#limits = limits
    this.#ends = ends
    this.#line = new MemoryLine(clock, (piece) => this.#deliver(piece))
    this.#line.hold()
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  get flushedBytes(): number {
    return this.#flushedBytes
  }

  write(bytes: Uint8Array): void {
    if (this.#hasEnd) return
    this.#queue.push(bytes)
    this.#queuedBytes += bytes.length
    this.#accept()
    if (this.#queuedBytes > 0) this.#isBacklogged = true
    if (this.#queuedBytes > this.#limits.queueBytes) this.#ends.onOverflow()
  }

  /** Ends after what is queued. */
  end(): void {
    if (this.#hasEnd) return
    this.#hasEnd = true
    this.#accept()
  }

  /** The writer is gone: the queue is lost, what is in the window still arrives, then the end. */
  cut(): void {
    this.#queue = []
    this.#queuedBytes = 0
    this.#hasEnd = true
    this.#accept()
  }

  /** The connection broke: nothing more arrives, not even the end. */
  break(): void {
    this.#hasEnd = true
    this.#isFinished = true
    this.#queue = []
    this.#queuedBytes = 0
    this.#line.clear()
  }

  /** The reader is gone: what is on the way is lost, and a writer that goes on is told. */
  abandon(): void {
    this.#isReaderGone = true
    this.#line.clear()
    this.#onTheWayBytes = 0
    this.#line.release()
    this.#accept()
  }

  /** The reader stops reading. */
  hold(): void {
    if (!this.#isReaderGone) this.#line.hold()
  }

  /** The reader goes on. */
  release(): void {
    this.#line.release()
  }

  #accept(): void {
    let first = this.#queue[0]
    while (first !== undefined) {
      const room = this.#isReaderGone ? first.length : this.#limits.windowBytes - this.#onTheWayBytes
      if (room <= 0) return
      const part = first.subarray(0, room)
      this.#queuedBytes -= part.length
      this.#flushedBytes += part.length
      if (part.length < first.length) this.#queue[0] = first.subarray(part.length)
      else this.#queue.shift()
      if (this.#isReaderGone) this.#refuse()
      else this.#send(part)
      first = this.#queue[0]
    }
    if (!this.#hasEnd || this.#isFinished) return
    this.#isFinished = true
    this.#line.push({ parts: [], isEnd: true, wantedBytes: 0, bytes: 0 }, this.#faults.delayMs())
    this.#ends.onFinished()
  }

  #send(accepted: Uint8Array): void {
    this.#onTheWayBytes += accepted.length
    let rest = accepted
    while (rest.length > 0) {
      const piece = this.#openPiece(rest.length)
      const part = rest.subarray(0, piece.wantedBytes - piece.bytes)
      piece.parts.push(part)
      piece.bytes += part.length
      rest = rest.subarray(part.length)
    }
  }

  #openPiece(restBytes: number): Piece {
    const last = this.#line.last
    if (last !== undefined && last.bytes < last.wantedBytes) return last
    const pieceBytes = this.#faults.pieceBytes()
    const piece: Piece = {
      parts: [],
      isEnd: false,
      wantedBytes: pieceBytes === 0 ? restBytes : pieceBytes,
      bytes: 0,
    }
    this.#line.push(piece, this.#faults.delayMs())
    return piece
  }

  #deliver(piece: Piece): void {
    if (piece.isEnd) {
      if (!this.#isReaderGone) this.#ends.onEnd()
      return
    }
    if (this.#isReaderGone) return
    this.#onTheWayBytes -= piece.bytes
    this.#ends.onBytes(joined(piece.parts, piece.bytes))
    this.#accept()
    if (this.#isBacklogged && this.#queuedBytes === 0) {
      this.#isBacklogged = false
      this.#ends.onDrained()
    }
  }

  #refuse(): void {
    if (this.#isRefusalTold) return
    this.#isRefusalTold = true
    this.#clock.afterTurn(() => this.#ends.onRefused())
  }
}

/** One fresh array of all parts: the reader owns what it gets, and the writer may have given its bytes to others too. */
function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
