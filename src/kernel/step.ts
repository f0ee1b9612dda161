import type { Millis } from '../contracts/units.ts'

/**
 * What a decision consists of: the next state, and what shall be done about it, in order. Effects are plain data
 * (a `kind`, ids, values), never sockets or functions, so a trace of them can be printed, compared and replayed.
 */
export interface Step<State, Effect> {
  readonly state: State
  readonly effects: readonly Effect[]
}

/**
 * Decides. Pure and total: no clock (time is `at`, monotonic milliseconds), no randomness, no I/O, and no throw on
 * anything a peer can cause. A throw is a fault of our own and ends the actor.
 */
export type Reducer<State, Message, Effect> = (state: State, message: Message, at: Millis) => Step<State, Effect>
