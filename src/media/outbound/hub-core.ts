import type { Clock } from '../../contracts/clock.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'
import { Burst } from './burst.ts'
import type { ChannelMap } from './channel-map.ts'
import type { GopCache } from './gop-cache.ts'
import type { HubReader } from './hub-reader.ts'
import { OutboundPacket } from './outbound-packet.ts'
import { ProtectedBurst } from './protected-burst.ts'
import { ReaderGroup } from './reader-group.ts'
import type { StreamProtection } from './stream-protection.ts'
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
  /** SRTP of the stream, if it can be read encrypted. */
  readonly protection: StreamProtection | undefined
  /** Scratch for the packets that readers write on their own. */
  readonly ownPacket = new OutboundPacket()
  #groups: readonly ReaderGroup[] = []
  /** Doubles of the burst and of the cache, from the first reader of SRTP on; and how many of those there are. */
  #protectedBurst: ProtectedBurst | undefined = undefined
  #protectedCache: ProtectedBurst | undefined = undefined
  #protectedReaders = 0
  readonly #notices: HubReader[] = []
  #isTurnAwaited = false
  readonly #onTurnEnd = (): void => {
    this.#isTurnAwaited = false
    this.flush()
  }

  constructor(
    tracks: StreamTracks,
    clock: Clock,
    maxPacketBytes: number,
    cache: GopCache | undefined,
    protection: StreamProtection | undefined,
  ) {
    this.tracks = tracks
    this.protection = protection
    this.cache = cache
    this.burst = new Burst(tracks.medias.length)
    this.clock = clock
    this.maxPacketBytes = maxPacketBytes
  }

  /** Who has joined. */
  get readers(): readonly HubReader[] {
    return this.#groups.flatMap((group) => group.readers)
  }

  get readerCount(): number {
    return this.#groups.reduce((sum, { readers }) => sum + readers.length, 0)
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
      for (const group of groups) group.deliver(group.isProtected ? this.burstFor(true) : burst)
      burst.reset()
    }
    this.tracks.markFlushed()
  }

  /** The burst in progress, as it is or encrypted. */
  burstFor(isProtected: boolean): Burst {
    return isProtected ? this.#double().catchUp() : this.burst
  }

  /** What new readers begin with, as it is or encrypted; undefined when they could not decrypt it. */
  cacheFor(cache: GopCache, isProtected: boolean): Burst | undefined {
    if (!isProtected) return cache.burst
    const protection = this.#requireProtection()
    if (protection.isExhausted || !protection.isInStep(cache.burst)) return undefined
    this.#protectedCache ??= new ProtectedBurst(cache.burst, protection, cache.capacity)
    return this.#protectedCache.catchUp()
  }

  #double(): ProtectedBurst {
    return (this.#protectedBurst ??= new ProtectedBurst(this.burst, this.#requireProtection()))
  }

  #requireProtection(): StreamProtection {
    if (this.protection === undefined) throw rtspError('ERR_RTSP_USAGE', 'the stream has no keys')
    return this.protection
  }

  /** Adds a reader to those who get bursts. `map` is absent for a reader over UDP. */
  join(reader: HubReader, map: ChannelMap | undefined, isProtected: boolean): ReaderGroup {
    // Nobody wanted what is in the burst so far.
    if (isProtected && this.#protectedReaders === 0) this.#double().skip()
    if (isProtected) this.#protectedReaders += 1
    const key = `${isProtected ? 'srtp ' : ''}${map === undefined ? 'udp' : map.key}`
    let group = this.#groups.find((other) => other.key === key)
    if (group === undefined) {
      group = new ReaderGroup(key, map, isProtected)
      this.#groups = [...this.#groups, group]
    }
    group.add(reader)
    return group
  }

  /** Takes it away again. A group that nobody is in is given up: peers choose the channels, so keys are theirs. */
  leave(reader: HubReader, group: ReaderGroup): void {
    group.remove(reader)
    if (group.isProtected) this.#protectedReaders -= 1
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
