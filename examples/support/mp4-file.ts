import { open, rm, type FileHandle } from 'node:fs/promises'
import type { UnderlyingSink } from 'node:stream/web'
import {
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
  StreamTarget,
  type StreamTargetChunk,
} from 'mediabunny'
import type { TrackConfig } from './recorded-track.ts'

/** What is added to a file. */
export interface Mp4Packet {
  /** Index of the track. */
  readonly track: number
  /** A picture with start codes, or a frame of sound. */
  readonly data: Uint8Array
  readonly isRandomAccess: boolean
  /** When it is shown or heard; not negative. */
  readonly seconds: number
}

/**
 * A fragmented MP4 file that grows: header, then one fragment after the other, each about a second long and beginning with
 * a key picture. What is on the disk can be played at any moment, also after a crash.
 *
 * mediabunny is given the times of presentation alone, which is what RTP has, and works out the times of decoding from the
 * order of the pictures. It holds the pictures since the last key picture for that; `pendingBytes` tells how much. It also
 * keeps some 150 bytes for each packet of the file until the end (measured: 38 MB after an hour of 25 pictures and 47 frames
 * of sound a second), so a file should not be endless.
 */
export class Mp4File {
  readonly path: string
  readonly #output: Output
  readonly #tracks: readonly Track[]
  readonly #disk: Disk
  #givenBytes = 0

  private constructor(path: string, output: Output, tracks: readonly Track[], disk: Disk) {
    this.path = path
    this.#output = output
    this.#tracks = tracks
    this.#disk = disk
  }

  /** Rejects when there is such a file already, or when it cannot be written; nothing new is left behind then. */
  static async create(path: string, configs: readonly TrackConfig[]): Promise<Mp4File> {
    const disk = new Disk(await open(path, 'wx'))
    const target = new StreamTarget(new WritableStream<StreamTargetChunk>(disk))
    const format = new Mp4OutputFormat({
      fastStart: 'fragmented',
      minimumFragmentDuration: 1,
      onFtyp: (bytes) => (disk.containerBytes += bytes.length),
      onMoov: (bytes) => (disk.containerBytes += bytes.length),
      // The header of the box with the pictures and the sound comes behind it.
      onMoof: (bytes) => (disk.containerBytes += bytes.length + 8),
    })
    try {
      const output = new Output({ format, target })
      const tracks = configs.map((config) => addTrack(output, config))
      await output.start()
      return new Mp4File(path, output, tracks, disk)
    } catch (error) {
      // Nothing that could be played: a full disk is not to be filled with such files.
      await disk.close()
      await rm(path, { force: true })
      throw error
    }
  }

  /** Bytes that were added and are not on the disk yet. */
  get pendingBytes(): number {
    return this.#givenBytes - (this.#disk.writtenBytes - this.#disk.containerBytes)
  }

  /** Resolves when there is room for more. The packets of a track come in the order of decoding, the first is a key picture. */
  async add({ track: index, data, isRandomAccess, seconds }: Mp4Packet): Promise<void> {
    const track = this.#tracks[index]
    if (track === undefined) return
    this.#givenBytes += data.length
    await track.add(new EncodedPacket(data, isRandomAccess ? 'key' : 'delta', seconds, track.durationSeconds))
  }

  /** Nothing more comes for this track: the others do not wait for it. */
  closeTrack(index: number): void {
    this.#tracks[index]?.close()
  }

  /** Writes what is pending, and the index. The file is closed then, whether that worked or not. */
  async finish(): Promise<void> {
    try {
      await this.#output.finalize()
    } finally {
      await this.#disk.close()
    }
  }
}

interface Track {
  readonly durationSeconds: number
  readonly add: (packet: EncodedPacket) => Promise<void>
  readonly close: () => void
}

function addTrack(output: Output, config: TrackConfig): Track {
  const { durationSeconds } = config
  if (config.kind === 'video') {
    const source = new EncodedVideoPacketSource(config.container)
    // Not the rate of the pictures, which may vary: the clock in which their times are kept, that of RTP.
    output.addVideoTrack(source, { frameRate: 90_000 })
    const { decoderConfig } = config
    return { durationSeconds, add: (packet) => source.add(packet, { decoderConfig }), close: () => source.close() }
  }
  const source = new EncodedAudioPacketSource(config.container)
  output.addAudioTrack(source)
  const { decoderConfig } = config
  return { durationSeconds, add: (packet) => source.add(packet, { decoderConfig }), close: () => source.close() }
}

/** Where the bytes go. It counts them, and it writes them at once: mediabunny's own file target would collect 16 MiB. */
class Disk implements UnderlyingSink<StreamTargetChunk> {
  readonly #file: FileHandle
  #isClosed = false
  writtenBytes = 0
  /** Those of the container among them. */
  containerBytes = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  async write({ data, position }: StreamTargetChunk): Promise<void> {
    for (let at = 0; at < data.length;) {
      const { bytesWritten } = await this.#file.write(data, at, data.length - at, position + at)
      at += bytesWritten
    }
    this.writtenBytes += data.length
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#file.close()
  }
}
