import { Mp4File } from './mp4-file.ts'
import { parameterSetsOf, splitAnnexB } from './nal-units.ts'
import { configOf, type RecordedFormat, type TrackConfig } from './recorded-track.ts'
import type { TrackClocks } from './track-clocks.ts'

/** A unit as it comes from the network. */
export interface RecordedUnit {
  /** Index of the track. */
  readonly track: number
  /** A picture with start codes and, where it can be decoded alone, parameter sets; or a frame of sound. */
  readonly data: Uint8Array
  readonly isRandomAccess: boolean
  readonly corrupted: boolean
  /** Time of presentation, on a line for all tracks that is as good as the times at which packets arrive. */
  readonly seconds: number
  /** The same by the clock of the publisher, once it has told (RTCP sender reports). */
  readonly ntpSeconds?: number | undefined
}

/** What may wait for the next key picture. */
const mostPendingBytes = 64 * 1024 * 1024
/** After this, a track that has nothing to say does not hold up the others. */
const longestSilenceSeconds = 10

/** What a part of a recording is made from. */
export interface PartOptions {
  readonly path: string
  readonly formats: readonly RecordedFormat[]
  readonly clocks: TrackClocks
}

/** One file of a recording: its tracks begin together at 0. */
export class RecordingPart {
  readonly #options: PartOptions
  readonly #file: Mp4File
  readonly #tracks: readonly PartTrack[]
  /** The track whose times are right; the others are corrected. */
  readonly #reference: number
  readonly #firstSeconds: number
  readonly #zeroSeconds: number
  readonly #parameterSets: string
  #isOutdated = false

  private constructor(options: PartOptions, file: Mp4File, first: RecordedUnit, zeroSeconds: number) {
    this.#options = options
    this.#file = file
    this.#tracks = options.formats.map(() => ({
      count: 0,
      lastSeconds: 0,
      isClosed: false,
      correctionSeconds: undefined,
    }))
    this.#reference = first.track
    this.#firstSeconds = first.seconds
    this.#zeroSeconds = zeroSeconds
    this.#parameterSets = this.#parameterSetsIn(first)
  }

  /**
   * Opens a file that begins with `first`, and with what of `sound` is still to be heard then. `first` itself is not added
   * yet. Undefined when nobody has said how large the pictures are. Rejects when the file cannot be written.
   */
  static async begin(
    options: PartOptions,
    first: RecordedUnit,
    sound: readonly RecordedUnit[],
  ): Promise<RecordingPart | undefined> {
    const configs: TrackConfig[] = []
    for (const [index, format] of options.formats.entries()) {
      const config = configOf(format, index === first.track ? splitAnnexB(first.data) : [])
      if (config === undefined) return undefined
      configs.push(config)
    }
    const startOf = ({ track, seconds }: RecordedUnit) => seconds + options.clocks.correctionSeconds(track, first.track)
    const endOf = (unit: RecordedUnit) => startOf(unit) + (configs[unit.track]?.durationSeconds ?? 0)
    const heard = sound.filter((unit) => endOf(unit) > first.seconds)
    const zeroSeconds = Math.min(first.seconds, ...heard.map(startOf))
    const part = new RecordingPart(options, await Mp4File.create(options.path, configs), first, zeroSeconds)
    try {
      for (const unit of heard) await part.add(unit)
    } catch (error) {
      await part.finish().catch(() => undefined)
      throw error
    }
    return part
  }

  /** True when a new file has to begin with `unit`, which is one that a file can begin with. */
  mustEndBefore(unit: RecordedUnit, mostSeconds: number): boolean {
    const track = this.#tracks[unit.track]
    const seconds = unit.seconds + (track?.correctionSeconds ?? 0) - this.#zeroSeconds
    if (track === undefined || this.#isOutdated || track.isClosed || seconds >= mostSeconds) return true
    // A clock that was set, or a publisher that was away.
    if (seconds < track.lastSeconds || seconds > track.lastSeconds + longestSilenceSeconds) return true
    const sets = this.#parameterSetsIn(unit)
    return sets !== '' && sets !== this.#parameterSets
  }

  /** Resolves when there is room for more. Rejects when this file cannot go on. */
  async add(unit: RecordedUnit): Promise<void> {
    const track = this.#tracks[unit.track]
    if (track === undefined) return
    track.correctionSeconds ??= this.#correctionSecondsOf(unit)
    const seconds = unit.seconds + track.correctionSeconds - this.#zeroSeconds
    // Back after a silence, or its clock was set.
    const isFar = track.count > 0 && Math.abs(seconds - track.lastSeconds) > longestSilenceSeconds
    if (track.isClosed || isFar) {
      this.#isOutdated = true
      return
    }
    // Sound of before the first picture may come after it; leading pictures refer to the file before this one.
    if (seconds < 0 || (unit.track === this.#reference && unit.seconds < this.#firstSeconds)) return
    if (this.#file.pendingBytes > mostPendingBytes) throw new Error('the next key picture does not come')
    track.count++
    track.lastSeconds = Math.max(track.lastSeconds, seconds)
    this.#closeSilentTracks(seconds)
    await this.#file.add({ ...unit, seconds })
  }

  /** Closes the file and says what is in it. */
  async finish(): Promise<string> {
    await this.#file.finish()
    const longest = Math.max(...this.#tracks.map(({ lastSeconds }) => lastSeconds))
    const contents = this.#tracks.map(
      ({ count }, index) => `${count} units of ${this.#options.formats[index]?.codec ?? ''}`,
    )
    return `${longest.toFixed(1)} s, ${contents.join(', ')}`
  }

  /** For the first unit of a track. One that is far from the others is taken to be of now. */
  #correctionSecondsOf({ track, seconds }: RecordedUnit): number {
    const correction = this.#options.clocks.correctionSeconds(track, this.#reference)
    const now = this.#zeroSeconds + Math.max(...this.#tracks.map(({ lastSeconds }) => lastSeconds))
    return Math.abs(seconds + correction - now) > longestSilenceSeconds ? now - seconds : correction
  }

  #closeSilentTracks(seconds: number): void {
    for (const [index, track] of this.#tracks.entries()) {
      if (track.isClosed || seconds - track.lastSeconds <= longestSilenceSeconds) continue
      track.isClosed = true
      this.#file.closeTrack(index)
    }
  }

  /** Empty where there are none, so that only others make a difference. */
  #parameterSetsIn({ track, data }: RecordedUnit): string {
    const codec = this.#options.formats[track]?.codec
    if (codec !== 'H264' && codec !== 'H265') return ''
    const { vps, sps, pps } = parameterSetsOf(codec, splitAnnexB(data))
    return [...vps, ...sps, ...pps].map((nalu) => Buffer.from(nalu).toString('base64')).join()
  }
}

interface PartTrack {
  count: number
  lastSeconds: number
  isClosed: boolean
  /** Settled by the first unit. */
  correctionSeconds: number | undefined
}
