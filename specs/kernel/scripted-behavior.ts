import type { ActorContext, Behavior, EffectOutcome } from '../../src/kernel/behavior.ts'

/**
 * An actor by script, for specs of the kernel: a message is a word, `on` says which effects it has, `act` what an effect
 * does. The state is the list of the words it was told. A message that `on` does not list has one effect of its name.
 */
export interface Script {
  readonly init?: readonly string[]
  readonly on?: Readonly<Record<string, readonly string[]>>
  readonly act?: Readonly<Record<string, (self: ActorContext<string, readonly string[]>) => EffectOutcome<string>>>
  readonly reduceThrowsOn?: string
  readonly onStopped?: (state: readonly string[], fault: unknown) => void
}

export type ScriptedBehavior = Behavior<readonly string[], string, string>

export function scripted(script: Script): ScriptedBehavior {
  return {
    init: { state: [], effects: script.init ?? [] },
    reduce: (state, message) => {
      if (message === script.reduceThrowsOn) throw new Error(`cannot reduce ${message}`)
      return { state: [...state, message], effects: script.on?.[message] ?? [message] }
    },
    interpret: (effect, self) => script.act?.[effect]?.(self),
    ...(script.onStopped && { onStopped: script.onStopped }),
  }
}
