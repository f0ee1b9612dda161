import { ChannelMap } from './channel-map.ts'
import { DatagramSink } from './datagram-sink.ts'
import { InterleavedSink } from './interleaved-sink.ts'
import { PacedSink } from './paced-sink.ts'
import type { ReaderOptions } from './reader-options.ts'
import type { ReaderSink } from './reader-sink.ts'
import { ConnectionStartSink, type StartSink } from './start-sink.ts'

/** What a reader writes to. Readers that begin with what is kept have a layer more, which the others do not pay for. */
export interface ReaderSinks {
  readonly sink: ReaderSink
  /** The same sink for a reader that begins with what is kept; absent for others. */
  readonly startSink: StartSink | undefined
  /** Absent over UDP. */
  readonly map: ChannelMap | undefined
}

/** Makes them. */
export function sinksFor(options: ReaderOptions, mediaCount: number, startsFromCache: boolean): ReaderSinks {
  const { target, medias, limits } = options
  if (target.protocol === 'tcp') {
    const map = new ChannelMap(mediaCount, medias)
    const sink = new InterleavedSink(target.duplex, map, medias, limits.maxQueuedBytes)
    const startSink = startsFromCache ? new ConnectionStartSink(sink) : undefined
    return { sink: startSink ?? sink, startSink, map }
  }
  const sink = new DatagramSink(target, mediaCount, medias, limits.maxQueuedPackets)
  const startSink = startsFromCache ? new PacedSink(sink, medias) : undefined
  return { sink: startSink ?? sink, startSink, map: undefined }
}
