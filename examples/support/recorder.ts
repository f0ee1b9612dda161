import type { RecordedFormat } from './recorded-track.ts'
import { RecordingPart, type RecordedUnit } from './recording-part.ts'
import { TrackClocks } from './track-clocks.ts'
import { UnitQueue } from './unit-queue.ts'

/** How a publisher is recorded. */
export interface RecorderOptions {
  /** One for each track, at most one of them video. */
  readonly formats: readonly RecordedFormat[]
  /** Name of the next file; there must be no such file yet. */
  readonly nextPath: () => string
  readonly mostFileSeconds: number
  /** Told what happens, one line each. */
  readonly log: (line: string) => void
  /** Milliseconds on a clock that only goes on; `performance.now` unless given. */
  readonly now?: () => number
}

/** What may wait for the disk. */
const mostQueuedBytes = 32 * 1024 * 1024
/** Time between the beginnings of two files: a publisher that spoils each one at once does not fill the folder. */
const leastFileMs = 1000
/** Frames of sound that may wait for the first key picture: some five seconds. */
const mostWaitingSound = 256

/**
 * Records one publisher into one file after the other. Units come from the network at any time; one loop takes them to the
 * disk. A file begins with a picture that can be decoded alone and with the sound of that moment. A new one begins when the
 * one before is as long as it may be (which also bounds the index that is kept in memory), when the parameter sets change,
 * when a track is back after a long silence, and when something could not be written.
 */
export class Recorder {
  /** Resolves when everything is on the disk, after `end`. Never rejects. */
  readonly ended: Promise<void>
  readonly #options: RecorderOptions
  readonly #queue = new UnitQueue<RecordedUnit>(mostQueuedBytes)
  readonly #clocks = new TrackClocks()
  readonly #video: number
  #waitingSound: RecordedUnit[] = []
  #part: RecordingPart | undefined
  /** After a loss: what comes before the next key picture cannot be decoded. */
  #needsKey = true
  #resumeSeconds = -Infinity
  #isCongested = false
  #droppedCount = 0
  #beganAtMs = -Infinity

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#video = options.formats.findIndex(({ codec }) => codec === 'H264' || codec === 'H265')
    this.ended = this.#run()
  }

  /** Takes a unit, and keeps it. While the disk is too slow, units are left out: pictures until the next key picture. */
  take(unit: RecordedUnit): void {
    if (!this.#isDecodable(unit)) return
    const isTaken = this.#queue.push(unit)
    if (!isTaken) {
      this.#droppedCount++
      if (unit.track === this.#video) this.#needsKey = true
    }
    if (isTaken ? !this.#isCongested || !this.#canBegin(unit) : this.#isCongested) return
    this.#isCongested = !isTaken
    if (isTaken) this.#options.log(`the disk keeps up again; units left out so far: ${this.#droppedCount}`)
    else this.#options.log('the disk is too slow: units are left out until the next key picture')
  }

  /** The publisher has left. */
  end(): void {
    this.#queue.end()
  }

  /** True for what a file, or the rest of one behind a hole, can begin with. */
  #canBegin(unit: RecordedUnit): boolean {
    return this.#video === -1 || (unit.track === this.#video && unit.isRandomAccess)
  }

  async #run(): Promise<void> {
    for await (const unit of this.#queue) {
      try {
        await this.#write(unit)
      } catch (error) {
        this.#options.log(`this file ends: ${String(error)}`)
        await this.#finish()
      }
    }
    await this.#finish()
  }

  /** Follows the losses. The leading pictures of a key picture behind a hole refer to what is not there. */
  #isDecodable(unit: RecordedUnit): boolean {
    if (unit.track !== this.#video) return !unit.corrupted
    if (unit.corrupted) {
      this.#needsKey = true
    } else if (unit.isRandomAccess && (this.#needsKey || unit.seconds < this.#resumeSeconds)) {
      this.#needsKey = false
      this.#resumeSeconds = unit.seconds
    }
    return !this.#needsKey && unit.seconds >= this.#resumeSeconds
  }

  async #write(unit: RecordedUnit): Promise<void> {
    this.#clocks.follow(unit)
    if (this.#canBegin(unit) && this.#part?.mustEndBefore(unit, this.#options.mostFileSeconds) !== false) {
      await this.#finish()
      await this.#begin(unit)
    }
    if (this.#part !== undefined) await this.#part.add(unit)
    else if (unit.track !== this.#video) this.#keepSound(unit)
  }

  async #begin(unit: RecordedUnit): Promise<void> {
    const { formats, nextPath, log, now = () => performance.now() } = this.#options
    const nowMs = now()
    if (nowMs - this.#beganAtMs < leastFileMs) return
    this.#beganAtMs = nowMs
    const path = nextPath()
    this.#part = await RecordingPart.begin({ path, formats, clocks: this.#clocks }, unit, this.#waitingSound)
    this.#waitingSound = []
    log(this.#part === undefined ? 'waiting for parameter sets' : `recording to ${path}`)
  }

  #keepSound(unit: RecordedUnit): void {
    this.#waitingSound.push(unit)
    if (this.#waitingSound.length > mostWaitingSound) this.#waitingSound.shift()
  }

  async #finish(): Promise<void> {
    const part = this.#part
    this.#part = undefined
    if (part === undefined) return
    try {
      this.#options.log(`recorded ${await part.finish()}`)
    } catch (error) {
      this.#options.log(`the end of the file could not be written: ${String(error)}`)
    }
  }
}
