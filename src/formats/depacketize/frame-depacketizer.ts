/**
 * What VP8 and VP9 share: a frame is one run of bytes, and packets say by themselves where one starts. So a frame comes out
 * whole or not at all, and after a loss the next start is as good as any.
 */

import type { UnitBase } from '../units.ts'
import { ByteCollector } from './byte-collector.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import { joinedLate, noStart, unitTooBig } from './problems.ts'

/** Base of depacketizers that collect one run of bytes between a start and an end that packets tell. */
export abstract class FrameDepacketizer<U extends UnitBase> extends PacketDepacketizer<U> {
  readonly #bytes: ByteCollector
  #timestamp = 0
  #isOpen = false
  #hasStarted = false

  protected constructor(maxBytes: number) {
    super()
    this.#bytes = new ByteCollector(maxBytes)
  }

  protected abstract build(timestamp: number, frame: Uint8Array): U

  /** True while a frame waits for more. */
  protected get isOpen(): boolean {
    return this.#isOpen
  }

  /** Timestamp of the frame that waits for more. */
  protected get timestamp(): number {
    return this.#timestamp
  }

  protected clear(): void {
    this.drop()
    this.#hasStarted = false
  }

  /** Forgets the frame at hand, the rest of it as well. */
  protected drop(): void {
    this.#bytes.clear()
    this.#isOpen = false
  }

  /** Starts a frame; one that was open is dropped. */
  protected open(timestamp: number): void {
    this.drop()
    this.#timestamp = timestamp
    this.#isOpen = true
    this.#hasStarted = true
  }

  /** Adds the payload from `start` on to the frame; false when there is none, or it got too big, which is reported. */
  protected add(payload: Uint8Array, start: number): boolean {
    if (!this.#isOpen) {
      this.report(this.#hasStarted ? noStart : joinedLate)
      return false
    }
    if (this.#bytes.append(payload, start)) return true
    this.report(unitTooBig)
    this.drop()
    return false
  }

  /** Ends the frame. */
  protected close(): U {
    this.#isOpen = false
    return this.build(this.#timestamp, this.#bytes.release())
  }
}
