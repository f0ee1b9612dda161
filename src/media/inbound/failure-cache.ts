import type { ErrorCode } from '../../contracts/error-table.ts'
import { Failure } from '../../contracts/failure.ts'

/**
 * Failures that a peer can cause with every packet. They are equal values, so each is made once and handed out again;
 * a flood of broken packets then costs a look-up per packet. Where the peer chooses the detail freely the cache is
 * emptied when it is full, which bounds memory and still serves the ordinary flood of equal packets.
 */
export class FailureCache {
  readonly #code: ErrorCode
  readonly #maximum: number
  readonly #failures = new Map<string | number, Failure>()

  /** For one code; `maximum` is the number of details that are remembered. */
  constructor(code: ErrorCode, maximum = 128) {
    this.#code = code
    this.#maximum = maximum
  }

  /** The failure with this detail. */
  get(detail: string | number): Failure {
    const known = this.#failures.get(detail)
    if (known !== undefined) return known
    if (this.#failures.size >= this.#maximum) this.#failures.clear()
    const failure = new Failure(this.#code, String(detail))
    this.#failures.set(detail, failure)
    return failure
  }
}
