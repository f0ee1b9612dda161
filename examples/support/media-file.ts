/**
 * A media file as tracks of units in the order in which they have to be sent. Reading containers is mediabunny's part, see
 * serve-file.ts for why; times and formats are ours.
 */

import { EncodedPacketSink, FilePathSource, Input, MATROSKA, MP4, MPEG_TS, QTFF, type EncodedPacket } from 'mediabunny'
import { createDescription, type Format, type OutgoingUnit, type SessionDescription, type Unit } from 'rxrtsp'
import { inDueOrder, type DuePacket } from './due-times.ts'
import { readTrack, type TrackReading } from './file-formats.ts'

/** A packet of the file. Times are on one line for all tracks; it may begin anywhere. */
export interface FilePacket extends DuePacket {
  /** Index of the track, which is that of its media in the description. */
  readonly track: number
}

/** An open file. */
export class MediaFile {
  readonly description: SessionDescription
  /** What cannot be served, one sentence each. */
  readonly warnings: readonly string[]
  readonly #tracks: readonly OpenTrack[]

  private constructor(title: string, tracks: readonly OpenTrack[], warnings: readonly string[]) {
    this.description = createDescription({
      title,
      medias: tracks.map(({ type, reading }) => ({ type, formats: [reading.format] })),
    })
    this.warnings = warnings
    this.#tracks = tracks
  }

  /** Rejects when the file cannot be read, or has nothing in it that can be served. */
  static async open(path: string, title: string): Promise<MediaFile> {
    const input = new Input({ source: new FilePathSource(path), formats: [MP4, QTFF, MPEG_TS, MATROSKA] })
    const tracks: OpenTrack[] = []
    const warnings: string[] = []
    for (const track of [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()]) {
      if (track === null) continue
      const sink = new EncodedPacketSink(track)
      const first = await sink.getFirstKeyPacket()
      const reading = first && (await readTrack(track, first, 96 + tracks.length))
      if (first && reading) tracks.push({ type: track.type, sink, first, reading })
      else warnings.push(`${track.type} is left out: ${(await track.getCodec()) ?? 'an unknown codec'} is not served`)
    }
    if (tracks.length === 0) throw new Error('it has no track that can be served')
    return new MediaFile(title, tracks, warnings)
  }

  get formats(): readonly Format[] {
    return this.#tracks.map(({ reading }) => reading.format)
  }

  /** The unit in a packet; `timestamp` in ticks of the clock of the track's format. */
  unitOf({ track, encoded }: FilePacket, timestamp: number): OutgoingUnit<Unit> | undefined {
    return this.#tracks[track]?.reading.unitOf(encoded, timestamp)
  }

  /** All packets from the beginning to the end of the file, by the time at which they are due. */
  async *packets(): AsyncGenerator<FilePacket> {
    const sources = this.#tracks.map(({ sink, first }) => inDueOrder(sink.packets(first)))
    const heads = await Promise.all(sources.map((source) => source.next()))
    for (;;) {
      let track = -1
      let packet: DuePacket | undefined
      for (const [index, head] of heads.entries()) {
        if (head.done === true || head.value.dueSeconds >= (packet?.dueSeconds ?? Infinity)) continue
        track = index
        packet = head.value
      }
      const source = sources[track]
      if (packet === undefined || source === undefined) return
      yield { ...packet, track }
      heads[track] = await source.next()
    }
  }
}

interface OpenTrack {
  readonly type: string
  readonly sink: EncodedPacketSink
  readonly first: EncodedPacket
  readonly reading: TrackReading
}
