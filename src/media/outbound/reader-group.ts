import type { Burst } from './burst.ts'
import type { ChannelMap } from './channel-map.ts'
import type { HubReader } from './hub-reader.ts'

const nothing = new Uint8Array(0)

/**
 * Readers that get the same bytes. The list is replaced when somebody comes or goes, so a loop over it is never
 * disturbed. Without a channel map they are readers over UDP, who get packets instead of frames.
 */
export class ReaderGroup {
  readonly key: string
  /** Its readers get encrypted packets. */
  readonly isProtected: boolean
  readonly #map: ChannelMap | undefined
  #readers: readonly HubReader[] = []

  constructor(key: string, map: ChannelMap | undefined, isProtected: boolean) {
    this.key = key
    this.isProtected = isProtected
    this.#map = map
  }

  /** The list is never changed, but replaced. */
  get readers(): readonly HubReader[] {
    return this.#readers
  }

  get isEmpty(): boolean {
    return this.#readers.length === 0
  }

  add(reader: HubReader): void {
    this.#readers = [...this.#readers, reader]
  }

  remove(reader: HubReader): void {
    this.#readers = this.#readers.filter((other) => other !== reader)
  }

  /** Gives the burst to every reader: the encrypted one if they are for that. */
  deliver(burst: Burst): void {
    const readers = this.#readers
    const shared = this.#map === undefined ? nothing : this.#map.frames(burst, 0, burst.count)
    if (this.#map !== undefined && shared.length === 0) return
    for (let index = 0; index < readers.length; index += 1) readers[index]?.receive(burst, shared)
  }
}
