import { describe, expect, it } from 'vitest'
import { ActorSystem } from '../../src/kernel/actor-system.ts'
import type { InspectionRecord } from '../../src/kernel/inspection.ts'
import { replayTurns } from '../../src/kernel/replay.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'
import { scripted } from './scripted-behavior.ts'

describe('inspection', () => {
  it('publishes causes before consequences: the turn before its effects, the start before the first turn', () => {
    const log: string[] = []
    const system = new ActorSystem({
      clock: new VirtualClock(),
      inspect: (record) => void log.push(`${record.kind} ${record.id}`),
    })
    const child = scripted({ init: ['born'], act: { born: () => void log.push('effect born') } })
    const act = { spawn: () => system.spawn('c', child).tell('hello'), rest: () => void log.push('effect rest') }
    system.spawn('p', scripted({ on: { go: ['spawn', 'rest'] }, act })).tell('go')
    expect(log).toEqual(['actor.started p', 'turn p', 'actor.started c', 'effect rest', 'effect born', 'turn c'])
  })

  it('records what was told, when, and what was decided', () => {
    const clock = new VirtualClock()
    const records: InspectionRecord[] = []
    const system = new ActorSystem({ clock, inspect: (record) => void records.push(record) })
    const actor = system.spawn(
      'a',
      scripted({
        init: ['x'],
        on: { go: ['one', 'two'] },
        act: { two: (self) => self.tell('bad') },
        reduceThrowsOn: 'bad',
      }),
    )
    clock.advance(3)
    actor.tell('go')
    actor.tell('late')
    expect(records).toEqual([
      { kind: 'actor.started', id: 'a', at: 0, state: [], effects: ['x'] },
      { kind: 'turn', id: 'a', message: 'go', at: 3, state: ['go'], effects: ['one', 'two'] },
      { kind: 'actor.faulted', id: 'a', at: 3, error: new Error('cannot reduce bad') },
      { kind: 'actor.stopped', id: 'a', at: 3, state: ['go'], undeliveredCount: 0 },
      { kind: 'message.dropped', id: 'a', at: 3, message: 'late', reason: 'stopped' },
    ])
  })

  it('counts what was told but never delivered', () => {
    const records: InspectionRecord[] = []
    const system = new ActorSystem({ clock: new VirtualClock(), inspect: (record) => void records.push(record) })
    const act = {
      tell: (self: { tell(word: string): void; stop(): void }) => {
        self.tell('1')
        self.tell('2')
        self.stop()
      },
    }
    system.spawn('a', scripted({ on: { go: ['tell'] }, act })).tell('go')
    expect(records.at(-1)).toMatchObject({ kind: 'actor.stopped', undeliveredCount: 2 })
  })

  it('replays a recorded actor through its reducer to the same steps', () => {
    const clock = new VirtualClock()
    const records: InspectionRecord[] = []
    const system = new ActorSystem({ clock, inspect: (record) => void records.push(record) })
    const behavior = scripted({
      on: { go: ['arm', 'tellOther'] },
      act: { arm: (self) => self.startTimer('t', 5, 'fired'), tellOther: () => other.tell('x') },
    })
    const other = system.spawn('b', scripted({}))
    const actor = system.spawn('a', behavior)
    actor.tell('go')
    clock.runToIdle()
    actor.tell('end')
    const replay = replayTurns(behavior.reduce, behavior.init.state, records, 'a')
    expect(replay.state).toEqual(actor.state)
    expect(replay.effects).toEqual(['arm', 'tellOther', 'fired', 'end'])
    expect(replay.steps).toEqual(
      records.flatMap((record) =>
        record.kind === 'turn' && record.id === 'a' ? [{ state: record.state, effects: record.effects }] : [],
      ),
    )
  })
})
