import type { Millis } from '../contracts/units.ts'

/**
 * What the kernel tells about itself: one union, one listener, nothing allocated when nobody listens. A record is
 * published before the effects of its turn are carried out, so a trace reads in the order of cause and consequence.
 * Messages, states and effects are `unknown` here because one trace holds actors of all kinds; they are shared with the
 * actor and must not be changed.
 */
export type InspectionRecord =
  ActorStartedRecord | TurnRecord | ActorFaultedRecord | ActorStoppedRecord | MessageDroppedRecord

/** An actor begins; `effects` are those of its first turn. */
export interface ActorStartedRecord {
  readonly kind: 'actor.started'
  readonly id: string
  readonly at: Millis
  readonly state: unknown
  readonly effects: readonly unknown[]
}

/** One turn: what was told, when, and what was decided. `state` is the state after it. */
export interface TurnRecord {
  readonly kind: 'turn'
  readonly id: string
  readonly message: unknown
  readonly at: Millis
  readonly state: unknown
  readonly effects: readonly unknown[]
}

/** A throw, an error of a watched source or a full mailbox ended an actor. `actor.stopped` follows. */
export interface ActorFaultedRecord {
  readonly kind: 'actor.faulted'
  readonly id: string
  readonly at: Millis
  readonly error: unknown
}

/** An actor is gone. Exactly once per actor. */
export interface ActorStoppedRecord {
  readonly kind: 'actor.stopped'
  readonly id: string
  readonly at: Millis
  readonly state: unknown
  /** Messages that were told but will never be delivered. */
  readonly undeliveredCount: number
}

/** A message that will not be delivered, and why. */
export interface MessageDroppedRecord {
  readonly kind: 'message.dropped'
  readonly id: string
  readonly at: Millis
  readonly message: unknown
  /** `staleTimer`: the timer had fired, and was cancelled or started again before its message had its turn. */
  readonly reason: 'stopped' | 'mailboxFull' | 'staleTimer'
}
