import type { Clock } from '../../contracts/clock.ts'
import { Burst } from './burst.ts'
import type { ChannelMap } from './channel-map.ts'
import type { GopCache } from './gop-cache.ts'
import type { HubReader } from './hub-reader.ts'
import { OutboundPacket } from './outbound-packet.ts'
import { ReaderGroup } from './reader-group.ts'
import type { StreamTracks } from './stream-tracks.ts'

/**
 * What a hub and its readers share: the burst that is being gathered, the readers in groups, and the hooks that wait
 * to be told. Hooks run when a burst has been given to everybody, because they may close readers or write packets.
 */
export class HubCore {
  readonly tracks: StreamTracks
  readonly burst: Burst
  readonly clock: Clock
  readonly maxPacketBytes: number
  /** What new readers begin with, if the stream keeps it. */
  readonly cache: GopCache | undefined
  /** Scratch for the packets that readers write on their own. */
  readonly ownPacket = new OutboundPacket()
  readonly #readers: Set<HubReader>
  #groups: readonly ReaderGroup[] = []
  readonly #notices: HubReader[] = []
  #isTurnAwaited = false
  readonly #onTurnEnd = (): void => {
    this.#isTurnAwaited = false
    this.flush()
  }

  /** `readers` is kept up to date with who has joined. */
  constructor(
    tracks: StreamTracks,
    clock: Clock,
    maxPacketBytes: number,
    readers: Set<HubReader>,
    cache: GopCache | undefined,
  ) {
    this.tracks = tracks
    this.cache = cache
    this.burst = new Burst(tracks.medias.length)
    this.clock = clock
    this.maxPacketBytes = maxPacketBytes
    this.#readers = readers
  }

  /** Sees to it that the burst goes out at the end of this turn of the event loop. */
  awaitTurnEnd(): void {
    if (this.#isTurnAwaited) return
    this.#isTurnAwaited = true
    this.clock.afterTurn(this.#onTurnEnd)
  }

  /** Gives the burst to all readers, begins a new one, and tells what waits. */
  flush(): void {
    this.deliver()
    this.tellNotices()
  }

  /** The same without telling: that is left to the end of the turn. */
  deliver(): void {
    const burst = this.burst
    if (burst.count !== 0) {
      const groups = this.#groups
      for (const group of groups) group.deliver(burst)
      burst.reset()
    }
    this.tracks.markFlushed()
  }

  /** Adds a reader to those who get bursts. `map` is absent for a reader over UDP. */
  join(reader: HubReader, map: ChannelMap | undefined): ReaderGroup {
    const key = map === undefined ? 'udp' : map.key
    let group = this.#groups.find((other) => other.key === key)
    if (group === undefined) {
      group = new ReaderGroup(key, map)
      this.#groups = [...this.#groups, group]
    }
    group.add(reader)
    this.#readers.add(reader)
    return group
  }

  /** Takes it away again. A group that nobody is in is given up: peers choose the channels, so keys are theirs. */
  leave(reader: HubReader, group: ReaderGroup): void {
    group.remove(reader)
    this.#readers.delete(reader)
    if (group.isEmpty) this.#groups = this.#groups.filter((other) => other !== group)
  }

  /** The reader has something to tell its owner. */
  notice(reader: HubReader): void {
    this.#notices.push(reader)
  }

  /** Tells what waits. Hooks may lead back here: what they do not tell, this loop does. */
  tellNotices(): void {
    for (let reader = this.#notices.shift(); reader !== undefined; reader = this.#notices.shift()) reader.tellHooks()
  }
}
