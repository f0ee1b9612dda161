import { NEVER, Observable, of, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { ActorSystem } from '../../src/kernel/actor-system.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'
import { scripted, type Script } from './scripted-behavior.ts'

function throws(): never {
  throw new Error('boom')
}

const boom = expect.objectContaining({ message: 'boom' }) as unknown

describe('isolation of faults', () => {
  const cases: readonly [string, Script, unknown][] = [
    ['a throw of the reducer', { reduceThrowsOn: 'go' }, expect.objectContaining({ message: 'cannot reduce go' })],
    ['a throw of the interpreter', { act: { go: throws } }, boom],
    ['an error of what an effect returned', { act: { go: () => throwError(() => new Error('boom')) } }, boom],
    [
      'an error of a watched source',
      {
        act: {
          go: (self) =>
            self.watch(
              'k',
              throwError(() => new Error('boom')),
            ),
        },
      },
      boom,
    ],
    ['a throw in a source that is subscribed to', { act: { go: () => new Observable<string>(throws) } }, boom],
    [
      'a timer that has no finite delay',
      { act: { go: (self) => self.startTimer('k', NaN, 'x') } },
      expect.objectContaining({ code: 'ERR_RTSP_USAGE' }),
    ],
    [
      'a throw of undefined',
      { act: { go: () => new Observable<string>((subscriber) => subscriber.error(undefined)) } },
      expect.objectContaining({ code: 'ERR_RTSP_FAULT' }),
    ],
  ]

  it.each(cases)('%s ends that actor only, and is told to onStopped and onFault once', (_title, script, fault) => {
    const ends: unknown[] = []
    const faults: unknown[] = []
    const system = new ActorSystem({ clock: new VirtualClock(), onFault: (id, error) => void faults.push([id, error]) })
    const bystander = system.spawn('b', scripted({}))
    const actor = system.spawn(
      'a',
      scripted({ ...script, onStopped: (state, error) => void ends.push([state, error]) }),
    )
    const driver = system.spawn(
      'd',
      scripted({
        act: {
          go: () => {
            bystander.tell('before')
            actor.tell('go')
            actor.tell('too late')
            bystander.tell('after')
          },
        },
      }),
    )
    driver.tell('go')
    expect(bystander.state).toEqual(['before', 'after'])
    expect(faults).toEqual([['a', fault]])
    expect(ends).toEqual([[actor.state, fault]])
    expect(actor.state).not.toContain('too late')
    expect([actor.isStopped, bystander.isStopped, system.actorCount]).toEqual([true, false, 2])
  })

  it('skips the effects behind the one that threw', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    system
      .spawn('a', scripted({ on: { go: ['bad', 'next'] }, act: { bad: throws, next: () => void log.push('next') } }))
      .tell('go')
    expect(log).toEqual([])
  })

  it('skips them as well when the fault is an error of what an effect returned', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const act = { bad: () => throwError(() => new Error('boom')), next: () => void log.push('next') }
    system.spawn('a', scripted({ on: { go: ['bad', 'next'] }, act })).tell('go')
    expect(log).toEqual([])
  })

  it('keeps the first fault, whatever else ends the actor in the same turn', () => {
    const ends: unknown[] = []
    const script: Script = {
      act: {
        go: (self) => {
          self.watch(
            'k',
            throwError(() => new Error('boom')),
          )
          self.stop()
          throw new Error('second')
        },
      },
      onStopped: (_state, fault) => void ends.push(fault),
    }
    new ActorSystem({ clock: new VirtualClock() }).spawn('a', scripted(script)).tell('go')
    expect(ends).toEqual([boom])
  })

  it('ends an actor whose first effects throw', () => {
    const system = new ActorSystem({ clock: new VirtualClock() })
    expect(system.spawn('a', scripted({ init: ['x'], act: { x: throws } })).isStopped).toBe(true)
    expect(system.actorCount).toBe(0)
  })

  it('counts a fault that comes between stop and the end of the turn', () => {
    const ends: unknown[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const script: Script = { on: { go: ['stop', 'bad'] }, act: { stop: (self) => self.stop(), bad: throws } }
    system.spawn('a', scripted({ ...script, onStopped: (_state, fault) => void ends.push(fault) })).tell('go')
    expect(ends).toEqual([boom])
  })

  it('goes on when onStopped, inspect and onFault throw', () => {
    const system = new ActorSystem({ clock: new VirtualClock(), inspect: throws, onFault: throws })
    const bystander = system.spawn('b', scripted({}))
    const actor = system.spawn('a', scripted({ act: { go: throws }, onStopped: throws }))
    actor.tell('go')
    bystander.tell('still here')
    expect([actor.isStopped, bystander.state, system.actorCount]).toEqual([true, ['still here'], 1])
  })

  it('reports a throw of onStopped and of inspect to onFault', () => {
    const faults: unknown[] = []
    const system = new ActorSystem({
      clock: new VirtualClock(),
      inspect: (record) => (record.kind === 'actor.stopped' ? throws() : undefined),
      onFault: (id, error) => void faults.push([id, error]),
    })
    system.spawn('a', scripted({ onStopped: throws })).stop()
    expect(faults).toEqual([
      ['inspect', boom],
      ['a', boom],
    ])
  })

  it('ends everything else when a teardown throws', () => {
    const clock = new VirtualClock()
    const faults: string[] = []
    let teardowns = 0
    const system = new ActorSystem({ clock, onFault: (id) => void faults.push(id) })
    const source = (teardown: () => void) => new Observable<string>(() => teardown)
    const actor = system.spawn(
      'a',
      scripted({
        act: {
          go: (self) => {
            self.watch('bad', source(throws))
            self.watch(
              'good',
              source(() => teardowns++),
            )
            self.startTimer('t', 10, 'x')
            return NEVER
          },
        },
      }),
    )
    actor.tell('go')
    actor.stop()
    expect([teardowns, faults, clock.pendingTimers, system.actorCount]).toEqual([1, ['a'], 0, 0])
  })
})

describe('the mailbox bound', () => {
  it('ends an actor with ERR_RTSP_MAILBOX_FULL when one message more waits than it may', () => {
    const faults: unknown[] = []
    const system = new ActorSystem({ clock: new VirtualClock(), onFault: (id, error) => void faults.push([id, error]) })
    const full = system.spawn('full', scripted({}), { mailboxLimit: 3 })
    const flood = system.spawn(
      'flood',
      scripted({
        act: {
          go: () => ['1', '2', '3', '4', '5'].forEach((word) => full.tell(word)),
          fit: () => ['1', '2', '3'].forEach((word) => full.tell(word)),
        },
      }),
    )
    flood.tell('fit')
    expect([full.state, full.isStopped]).toEqual([['1', '2', '3'], false])
    flood.tell('go')
    expect([full.state, full.isStopped]).toEqual([['1', '2', '3'], true])
    expect(faults).toEqual([
      ['full', expect.objectContaining({ code: 'ERR_RTSP_MAILBOX_FULL', message: 'mailbox of full is full' })],
    ])
    expect(flood.isStopped).toBe(false)
  })

  it('does not take the full actor apart in the middle of the turn that flooded it', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const full = system.spawn('full', scripted({ onStopped: () => void log.push('full ended') }), { mailboxLimit: 1 })
    system
      .spawn(
        'flood',
        scripted({
          on: { go: ['flood', 'rest'] },
          act: {
            flood: () => ['1', '2'].forEach((word) => full.tell(word)),
            rest: () => void log.push(`rest, stopped: ${full.isStopped}`),
          },
        }),
      )
      .tell('go')
    expect(log).toEqual(['rest, stopped: true', 'full ended'])
  })

  it('cuts off a source that emits synchronously without end', () => {
    let emitted = 0
    const endless = new Observable<string>((subscriber) => {
      while (!subscriber.closed) {
        emitted++
        subscriber.next('x')
      }
    })
    const system = new ActorSystem({ clock: new VirtualClock() })
    const actor = system.spawn('a', scripted({ act: { go: () => endless } }), { mailboxLimit: 10 })
    actor.tell('go')
    expect([actor.isStopped, emitted]).toEqual([true, 11])
  })

  it('loses the newest message instead where the spawner asked for it', () => {
    const system = new ActorSystem({ clock: new VirtualClock() })
    const actor = system.spawn('a', scripted({ act: { go: () => of('1', '2', '3') } }), {
      mailboxLimit: 2,
      onMailboxFull: 'drop',
    })
    actor.tell('go')
    expect([actor.state, actor.isStopped]).toEqual([['go', '1', '2'], false])
  })

  it.each([0, -1, 1.5, NaN])('refuses %s as a limit or a budget', (value) => {
    const clock = new VirtualClock()
    expect(() => new ActorSystem({ clock, turnBudget: value })).toThrow('turnBudget')
    expect(() => new ActorSystem({ clock }).spawn('a', scripted({}), { mailboxLimit: value })).toThrow('mailboxLimit')
  })
})
