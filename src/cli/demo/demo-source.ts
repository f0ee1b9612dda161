/**
 * The demo stream: the shipped clip, played in real time for ever. There is one timer, set for the unit that is due
 * next, picture or sound; due times come from counts and one starting instant, so the error of a late timer is never
 * carried on. After a pause longer than `catchUpMs` (a suspended machine, a blocked process) the units that were missed
 * are left out instead of sent in a heap, and playing goes on from the next key picture.
 */

import type { Clock, Timer } from '../../contracts/clock.ts'
import type { Entropy } from '../../contracts/entropy.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'
import type { Millis, UnixMillis } from '../../contracts/units.ts'
import { createDescription } from '../../formats/create-description.ts'
import { h264Format, mpeg4AudioFormat } from '../../formats/create-format.ts'
import type { SessionDescription } from '../../formats/description.ts'
import { H264Packetizer } from '../../formats/packetize/h264-packetizer.ts'
import { Mpeg4AudioPacketizer } from '../../formats/packetize/mpeg4-audio-packetizer.ts'
import { isKeyAccessUnit } from './annex-b.ts'
import { loadDemoClip, type DemoClip } from './clip.ts'
import { DemoTrack } from './demo-track.ts'

/**
 * Takes one packet. `rtp` is fresh and belongs to the callee. `presentationMs` is the wall time at which its unit is
 * due, on a line that pictures and sound share; pass it as the NTP time of the packet. It must not throw.
 */
export type DemoWrite = (mediaIndex: number, rtp: Uint8Array, presentationMs: UnixMillis) => void

/** Options of the demo. */
export interface DemoSourceOptions {
  readonly clock: Clock
  /** Most bytes of payload in a packet, see `PacketizerOptions`. */
  readonly maxPayloadBytes?: number
  /** Where sequence numbers and timestamps begin (RFC 3550 section 5.1 wants them random); without it, at 0. */
  readonly entropy?: Entropy
  /** Another clip than the one that is shipped. */
  readonly clip?: DemoClip
}

const videoPayloadType = 96
const audioPayloadType = 97
const videoClockRateHz = 90_000
const samplesPerFrame = 1024

/** Lateness that is made up for by sending at once. Beyond it, units are left out. */
const catchUpMs = 500
/** A timer that fires this early is on time; spares a wake-up of its own to a sound due right after a picture. */
const earlyMs = 0.5
/** Distance between wall and monotonic clock from which the wall clock must have been set. */
const wallJumpMs = 1000

/**
 * Plays the clip.
 *
 * ```ts
 * const demo = new DemoSource({ clock, entropy })
 * demo.start((mediaIndex, rtp, presentationMs) => stream.writeRtp(mediaIndex, rtp, presentationMs))
 * ```
 *
 * The constructor reads the clip and throws what `loadDemoClip` throws.
 */
export class DemoSource {
  /** What is played: media 0 is H264 with payload type 96, media 1 MPEG-4 audio with payload type 97. */
  readonly description: SessionDescription
  readonly #clock: Clock
  readonly #video: DemoTrack
  readonly #audio: DemoTrack
  #write: DemoWrite | undefined
  /** Counts starts, so that a turn notices that it was stopped and started again underneath. */
  #run = 0
  #timer: Timer | undefined
  #startMs: Millis | undefined
  #wallOffsetMs = 0

  constructor(options: DemoSourceOptions) {
    const clip = options.clip ?? loadDemoClip()
    this.#clock = options.clock
    this.description = describe(clip)
    this.#video = videoTrack(clip, options)
    this.#audio = audioTrack(clip, options)
  }

  /**
   * Starts to play; the first packets come from a timer, never from inside this call. After a `stop` it goes on where
   * real time has arrived meanwhile. Throws `ERR_RTSP_USAGE` when it plays already.
   */
  start(write: DemoWrite): void {
    if (this.#write !== undefined) throw rtspError('ERR_RTSP_USAGE', 'the demo plays already')
    this.#write = write
    this.#run++
    this.#startMs ??= this.#clock.now()
    this.#wallOffsetMs = this.#clock.wallNow() - this.#clock.now()
    this.#arm(0)
  }

  /** Stops to play and lets go of its timer. Nothing is written afterwards. May be called at any time, also by `write`. */
  stop(): void {
    this.#write = undefined
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #isPlaying(): boolean {
    return this.#write !== undefined
  }

  #arm(delayMs: Millis): void {
    this.#timer = this.#clock.setTimer(delayMs, () => this.#tick())
  }

  #tick(): void {
    const write = this.#write
    const run = this.#run
    if (write === undefined) return
    const startMs = this.#startMs ?? 0
    const elapsedMs = this.#clock.now() - startMs
    this.#followWallClock()
    if (elapsedMs - this.#next().dueMs > catchUpMs) {
      this.#video.skipTo(elapsedMs)
      this.#audio.skipTo(elapsedMs)
    }
    for (let track = this.#next(); track.dueMs <= elapsedMs + earlyMs; track = this.#next()) {
      const presentationMs = startMs + track.dueMs + this.#wallOffsetMs
      for (const packet of track.takeUnit()) {
        write(track.mediaIndex, packet, presentationMs)
        // Both can have changed inside `write`.
        if (this.#run !== run || !this.#isPlaying()) return
      }
    }
    this.#arm(Math.max(0, startMs + this.#next().dueMs - this.#clock.now()))
  }

  /** The track whose next unit is due first; a picture goes before the sound of the same instant. */
  #next(): DemoTrack {
    return this.#audio.dueMs < this.#video.dueMs ? this.#audio : this.#video
  }

  /** Presentation times keep a constant distance to the monotonic clock, free of jitter, until the wall clock is set. */
  #followWallClock(): void {
    const offsetMs = this.#clock.wallNow() - this.#clock.now()
    if (Math.abs(offsetMs - this.#wallOffsetMs) > wallJumpMs) this.#wallOffsetMs = offsetMs
  }
}

function describe(clip: DemoClip): SessionDescription {
  const video = h264Format({ payloadType: videoPayloadType, sps: clip.sps, pps: clip.pps, packetizationMode: 1 })
  const audio = mpeg4AudioFormat({ payloadType: audioPayloadType, config: clip.audio.config })
  return createDescription({
    title: 'rxrtsp demo',
    medias: [
      { type: 'video', formats: [video] },
      { type: 'audio', formats: [audio] },
    ],
  })
}

function packetizerOptions(payloadType: number, options: DemoSourceOptions) {
  const { maxPayloadBytes } = options
  const limits = maxPayloadBytes === undefined ? {} : { maxPayloadBytes }
  // The stream that carries the packets puts its own source in; until then payload types tell them apart.
  return { payloadType, ssrc: payloadType, initialSequenceNumber: 0, ...limits }
}

function origins(options: DemoSourceOptions) {
  return {
    initialSequenceNumber: (options.entropy?.uint32() ?? 0) & 0xffff,
    initialTimestamp: options.entropy?.uint32() ?? 0,
  }
}

function videoTrack(clip: DemoClip, options: DemoSourceOptions): DemoTrack {
  const packetizer = new H264Packetizer(packetizerOptions(videoPayloadType, options))
  const keyUnits = clip.accessUnits.map(isKeyAccessUnit)
  return new DemoTrack({
    mediaIndex: 0,
    units: clip.accessUnits.map((accessUnit) => packetizer.packetize(accessUnit, 0)),
    isKeyUnit: (unitIndex) => keyUnits[unitIndex] ?? false,
    ticksPerUnit: videoClockRateHz / clip.framesPerSecond,
    clockRateHz: videoClockRateHz,
    ...origins(options),
  })
}

function audioTrack(clip: DemoClip, options: DemoSourceOptions): DemoTrack {
  const packetizer = new Mpeg4AudioPacketizer(packetizerOptions(audioPayloadType, options))
  return new DemoTrack({
    mediaIndex: 1,
    units: clip.audio.frames.map((frame) => packetizer.packetize([frame], 0)),
    isKeyUnit: () => true,
    ticksPerUnit: samplesPerFrame,
    clockRateHz: clip.audio.sampleRateHz,
    ...origins(options),
  })
}
