import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActorSystem } from '../../src/kernel/actor-system.ts'
import type { ActorRef, Behavior } from '../../src/kernel/behavior.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'
import { scripted } from './scripted-behavior.ts'

describe('order of turns', () => {
  it('delivers before tell returns when no turn is running', () => {
    const system = new ActorSystem({ clock: new VirtualClock() })
    const actor = system.spawn('a', scripted({}))
    actor.tell('one')
    expect(actor.state).toEqual(['one'])
  })

  it('stores the state before it carries out the effects of the turn', () => {
    const seen: unknown[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const actor = system.spawn('a', scripted({ act: { one: (self) => void seen.push(self.state) } }))
    actor.tell('one')
    expect(seen).toEqual([['one']])
  })

  it('carries out all effects of a turn before any other actor moves', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const note = (word: string) => () => void log.push(word)
    const b = system.spawn('b', scripted({ act: { x: note('b:x'), y: note('b:y') } }))
    const tellB = (word: string) => () => {
      log.push(`a tells ${word}`)
      b.tell(word)
    }
    const a = system.spawn(
      'a',
      scripted({ on: { go: ['x', 'y', 'z'] }, act: { x: tellB('x'), y: tellB('y'), z: note('a:z') } }),
    )
    a.tell('go')
    expect(log).toEqual(['a tells x', 'a tells y', 'a:z', 'b:x', 'b:y'])
  })

  it('has one queue for the whole system, first told first delivered', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const targets = ['b', 'c', 'd'].map((id) =>
      system.spawn(id, scripted({ act: { '1': () => void log.push(`${id}1`), '2': () => void log.push(`${id}2`) } })),
    )
    const a = system.spawn(
      'a',
      scripted({
        act: {
          go: () => {
            for (const word of ['1', '2']) for (const target of [...targets].reverse()) target.tell(word)
          },
        },
      }),
    )
    a.tell('go')
    expect(log).toEqual(['d1', 'c1', 'b1', 'd2', 'c2', 'b2'])
  })

  it('keeps the order of what an actor tells itself in the middle of its own turn', () => {
    const system = new ActorSystem({ clock: new VirtualClock() })
    const actor = system.spawn(
      'a',
      scripted({
        on: { go: ['tell1', 'tell2'], one: ['tell3'] },
        act: {
          tell1: (self) => self.tell('one'),
          tell2: (self) => self.tell('two'),
          tell3: (self) => self.tell('three'),
        },
      }),
    )
    actor.tell('go')
    expect(actor.state).toEqual(['go', 'one', 'two', 'three'])
  })

  it('runs the effects of the start as a turn of its own, behind the turn that spawned', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const child = scripted({
      init: ['born'],
      act: { born: () => void log.push('born'), hello: () => void log.push('hello') },
    })
    const parent = system.spawn(
      'parent',
      scripted({
        on: { go: ['spawn', 'rest'] },
        act: { spawn: () => system.spawn('child', child).tell('hello'), rest: () => void log.push('rest of the turn') },
      }),
    )
    parent.tell('go')
    expect(log).toEqual(['rest of the turn', 'born', 'hello'])
  })

  it('runs the effects of the start before spawn returns when no turn is running', () => {
    const log: string[] = []
    new ActorSystem({ clock: new VirtualClock() }).spawn(
      'a',
      scripted({ init: ['x'], act: { x: () => void log.push('x') } }),
    )
    expect(log).toEqual(['x'])
  })

  it('does not grow the stack with the length of a conversation', () => {
    const system = new ActorSystem({ clock: new VirtualClock(), turnBudget: 1_000_000 })
    const counter: Behavior<number, number, number> = {
      init: { state: 0, effects: [] },
      reduce: (_state, left) => ({ state: left, effects: left > 0 ? [left - 1] : [] }),
      interpret: (left, self) => self.tell(left),
    }
    const actor = system.spawn('a', counter)
    actor.tell(50_000)
    expect(actor.state).toBe(0)
  })

  it('stamps a turn with the time at which it runs', () => {
    const clock = new VirtualClock()
    const at: number[] = []
    const system = new ActorSystem({
      clock,
      inspect: (record) => {
        if (record.kind === 'turn') at.push(record.at)
      },
    })
    const actor = system.spawn('a', scripted({}))
    clock.advance(5)
    actor.tell('x')
    clock.advance(7)
    actor.tell('y')
    expect(at).toEqual([5, 12])
  })

  it('keeps the order of each sender, and turns never nest, whoever tells whom', () => {
    interface Told {
      readonly from: number
      readonly number: number
      readonly forwards: readonly number[]
    }
    const count = 4
    const target = fc.integer({ min: 0, max: count - 1 })
    const plan = fc.array(fc.tuple(target, fc.array(target, { maxLength: 6 })), { maxLength: 40 })
    fc.assert(
      fc.property(plan, fc.integer({ min: 1, max: 7 }), (tells, turnBudget) => {
        const clock = new VirtualClock()
        const system = new ActorSystem({ clock, turnBudget })
        const sent = new Map<string, number>()
        const got = new Map<string, number[]>()
        const actors: ActorRef<Told>[] = []
        let depth = 0
        const send = (from: number, to: number, forwards: readonly number[]): void => {
          const number = (sent.get(`${from}>${to}`) ?? 0) + 1
          sent.set(`${from}>${to}`, number)
          actors[to]!.tell({ from, number, forwards })
        }
        for (let id = 0; id < count; id++) {
          const behavior: Behavior<null, Told, Told> = {
            init: { state: null, effects: [] },
            reduce: (state, message) => ({ state, effects: [message] }),
            interpret: (told) => {
              expect(++depth).toBe(1)
              const pair = `${told.from}>${id}`
              got.set(pair, [...(got.get(pair) ?? []), told.number])
              const [next, ...rest] = told.forwards
              if (next !== undefined) {
                send(id, next, rest)
                send(id, (next + 1) % count, [])
              }
              depth--
            },
          }
          actors.push(system.spawn(String(id), behavior))
        }
        for (const [to, forwards] of tells) send(-1, to, forwards)
        clock.settle()
        for (const [pair, number] of sent)
          expect(got.get(pair)).toEqual(Array.from({ length: number }, (_, index) => index + 1))
      }),
      { numRuns: 60 },
    )
  })
})
