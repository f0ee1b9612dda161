import type { RecordedUnit } from './recording-part.ts'

/**
 * Puts sound and pictures together. By arrival they are apart by as much as a sender holds pictures back to reorder them;
 * with the clock of the sender, which comes with RTCP, they are together. A track keeps the correction that it began with,
 * so that its times never jump.
 */
export class TrackClocks {
  /** How far the sender's clock is ahead of the line by arrival. */
  readonly #leads: (number | undefined)[] = []

  /** Takes note of what a unit says. */
  follow({ track, seconds, ntpSeconds }: RecordedUnit): void {
    if (ntpSeconds !== undefined) this.#leads[track] = ntpSeconds - seconds
  }

  /** What has to be added to the times of `track` to have them on the line of `reference`; 0 as long as that is not known. */
  correctionSeconds(track: number, reference: number): number {
    const [lead, referenceLead] = [this.#leads[track], this.#leads[reference]]
    return lead === undefined || referenceLead === undefined ? 0 : lead - referenceLead
  }
}
