import type { InspectionRecord } from './inspection.ts'
import type { Reducer, Step } from './step.ts'

/**
 * Replay needs no actor system: a reducer is pure and its time is in the record, so feeding it what an actor was told
 * gives what the actor decided. A trace from the field thereby becomes a spec.
 */

/** What a replay gives. */
export interface Replay<State, Effect> {
  /** State after the last turn. */
  readonly state: State
  /** Effects of all turns, in order. Those of the start are not among them. */
  readonly effects: readonly Effect[]
  /** Turn by turn, to compare with the recorded ones. */
  readonly steps: readonly Step<State, Effect>[]
}

/**
 * Feeds the recorded turns of one actor to its reducer. Records of other kinds and, when `id` is given, of other actors
 * are skipped. The caller vouches that the messages are of the reducer's type. A throw of the reducer is passed on.
 */
export function replayTurns<State, Message, Effect>(
  reduce: Reducer<State, Message, Effect>,
  initialState: State,
  records: Iterable<InspectionRecord>,
  id?: string,
): Replay<State, Effect> {
  const steps: Step<State, Effect>[] = []
  const effects: Effect[] = []
  let state = initialState
  for (const record of records) {
    if (record.kind !== 'turn' || (id !== undefined && record.id !== id)) continue
    const step = reduce(state, record.message as Message, record.at)
    state = step.state
    steps.push(step)
    for (const effect of step.effects) effects.push(effect)
  }
  return { state, effects, steps }
}
