import { NEVER, Observable, Subject, map, of, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { ActorSystem } from '../../src/kernel/actor-system.ts'
import type { ActorContext } from '../../src/kernel/behavior.ts'
import { marbles } from '../../src/testing/marbles.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'
import { scripted } from './scripted-behavior.ts'

type Self = ActorContext<string, readonly string[]>

describe('watched sources', () => {
  it('tells what a source emits until it is unwatched', () => {
    marbles(({ clock, hot, expectSubscriptions, expectObservable }) => {
      const source = hot('  --a--b--c--d--')
      const watched = '     -^-----!      '
      const commands = hot('-w-----u------')
      const expected = '    --a--b--------'
      const told = new Subject<string>()
      const act = {
        watch: (self: Self) => self.watch('k', source),
        unwatch: (self: Self) => self.unwatch('k'),
        a: () => told.next('a'),
        b: () => told.next('b'),
        c: () => told.next('c'),
      }
      const actor = new ActorSystem({ clock }).spawn('a', scripted({ on: { w: ['watch'], u: ['unwatch'] }, act }))
      commands.subscribe({ next: (word) => actor.tell(word), error: () => actor.stop() })
      expectObservable(told).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(watched)
    })
  })

  it('ends the older subscription of a key before it begins the newer one', () => {
    const log: string[] = []
    const source = (name: string) =>
      new Observable<string>(() => {
        log.push(`+${name}`)
        return () => log.push(`-${name}`)
      })
    const system = new ActorSystem({ clock: new VirtualClock() })
    const act = {
      one: (self: Self) => self.watch('k', source('one')),
      two: (self: Self) => self.watch('k', source('two')),
      other: (self: Self) => self.watch('l', source('other')),
    }
    const actor = system.spawn('a', scripted({ act }))
    for (const word of ['one', 'other', 'two']) actor.tell(word)
    actor.stop()
    expect(log).toEqual(['+one', '+other', '-one', '+two', '-other', '-two'])
  })

  it('lets the first value of a synchronous source end its own watch', () => {
    let teardowns = 0
    const source = new Observable<string>((subscriber) => {
      subscriber.add(() => teardowns++)
      for (let index = 0; index < 5 && !subscriber.closed; index++) subscriber.next('end')
    })
    const act = { lend: (self: Self) => void (context = self), end: (self: Self) => self.unwatch('k') }
    let context: Self | undefined
    const actor = new ActorSystem({ clock: new VirtualClock() }).spawn('a', scripted({ init: ['lend'], act }))
    // Outside any turn each value is a turn at once, while `subscribe` has not returned yet.
    context?.watch('k', source)
    expect([actor.state, teardowns]).toEqual([['end'], 1])
  })

  it('keeps an actor when its sources complete, and the key is free again', () => {
    const actor = new ActorSystem({ clock: new VirtualClock() }).spawn(
      'a',
      scripted({ act: { go: (self) => self.watch('k', of('x')), again: (self) => self.watch('k', of('y')) } }),
    )
    actor.tell('go')
    actor.tell('again')
    expect([actor.state, actor.isStopped]).toEqual([['go', 'x', 'again', 'y'], false])
  })

  it('tells back what an effect returned, in turns of its own', () => {
    const actor = new ActorSystem({ clock: new VirtualClock() }).spawn(
      'a',
      scripted({ on: { go: ['x', 'y'] }, act: { x: () => of('one'), y: () => of('two') } }),
    )
    actor.tell('go')
    expect(actor.state).toEqual(['go', 'one', 'two'])
  })

  it('ends what effects returned with the actor', () => {
    marbles(({ clock, cold, expectSubscriptions }) => {
      const answer = cold(' ------a--')
      const subscribed = '  ^---!    '
      const actor = new ActorSystem({ clock }).spawn('a', scripted({ act: { go: () => answer } }))
      actor.tell('go')
      clock.setTimer(4, () => actor.stop())
      expectSubscriptions(answer.subscriptions).toBe(subscribed)
    })
  })
})

describe('the end of an actor', () => {
  it('leaves no timer, no subscription and no reference in the system', () => {
    const clock = new VirtualClock()
    let live = 0
    const counted = new Observable<string>(() => {
      live++
      return () => live--
    })
    const system = new ActorSystem({ clock })
    const actor = system.spawn(
      'a',
      scripted({
        act: {
          go: (self) => {
            self.startTimer('t', 10, 'x')
            self.startTimer('u', 20, 'x')
            self.watch('k', counted)
            return counted
          },
          delayed: () => timer(50, system.turns).pipe(map(() => 'late')),
        },
      }),
    )
    actor.tell('go')
    actor.tell('delayed')
    expect([live, clock.pendingTimers, system.actorCount]).toEqual([2, 3, 1])
    actor.stop()
    expect([live, clock.pendingTimers, system.actorCount, system.turns.queuedCount]).toEqual([0, 0, 0, 0])
    expect([actor.isStopped, actor.state]).toEqual([true, ['go', 'delayed']])
  })

  it('comes after the effects of the turn that asked for it, and drops what waits', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const actor = system.spawn(
      'a',
      scripted({
        on: { go: ['self', 'stop', 'lastWords'] },
        act: {
          self: (self) => self.tell('never'),
          stop: (self) => {
            self.stop()
            self.stop()
            self.tell('neither')
          },
          lastWords: () => void log.push('last words'),
        },
        onStopped: (state, fault) => void log.push(`stopped ${state.join()} ${String(fault)}`),
      }),
    )
    actor.tell('go')
    actor.tell('ignored')
    expect(log).toEqual(['last words', 'stopped go undefined'])
    expect(system.actorCount).toBe(0)
  })

  it('waits for the turn of another actor that asked for it', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const victim = system.spawn('v', scripted({ onStopped: () => void log.push('ended') }))
    const act = { stop: () => victim.stop(), rest: () => void log.push(`rest ${victim.isStopped}`) }
    system.spawn('a', scripted({ on: { go: ['stop', 'rest'] }, act })).tell('go')
    expect(log).toEqual(['rest true', 'ended'])
  })

  it('makes every method of a context that was kept do nothing', () => {
    const clock = new VirtualClock()
    const system = new ActorSystem({ clock })
    let use = (): void => undefined
    const keep = scripted({
      init: ['keep'],
      act: {
        keep: (self) => {
          use = () => {
            self.tell('x')
            self.startTimer('t', 1, 'x')
            self.watch('k', NEVER)
            self.unwatch('k')
            self.cancelTimer('t')
            self.startTimer('t', 1, 'x')
            self.stop()
          }
        },
      },
    })
    const actor = system.spawn('a', keep)
    actor.stop()
    use()
    expect([actor.state, clock.pendingTimers, system.actorCount]).toEqual([[], 0, 0])
  })

  it('frees the id, which nobody else may have before', () => {
    const system = new ActorSystem({ clock: new VirtualClock() })
    const first = system.spawn('a', scripted({}))
    expect(() => system.spawn('a', scripted({}))).toThrow('an actor with the id a is still living')
    first.stop()
    expect(system.spawn('a', scripted({})).isStopped).toBe(false)
  })

  it('can come before the first turn', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const child = scripted({
      init: ['born'],
      act: { born: () => void log.push('born') },
      onStopped: () => void log.push('ended'),
    })
    system.spawn('p', scripted({ act: { go: () => system.spawn('c', child).stop() } })).tell('go')
    expect([log, system.actorCount]).toEqual([['ended'], 1])
  })
})

describe('stopAll', () => {
  it('ends the youngest first, and none acts on the end of another', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const parent = system.spawn('p', scripted({ onStopped: (state) => void log.push(`p ${state.join()}`) }))
    const child = (id: string) =>
      scripted({
        onStopped: () => {
          log.push(id)
          parent.tell(`${id} ended`)
        },
      })
    for (const id of ['c', 'd']) system.spawn(id, child(id))
    system.stopAll()
    expect([log, system.actorCount]).toEqual([['d', 'c', 'p '], 0])
  })

  it('ends at once even when the queue waits for the event loop', () => {
    const clock = new VirtualClock()
    const system = new ActorSystem({ clock, turnBudget: 5 })
    const loop = system.spawn('a', scripted({ act: { go: (self) => self.tell('go') } }))
    loop.tell('go')
    system.stopAll()
    expect([loop.state.length, system.actorCount]).toEqual([5, 0])
    clock.settle()
    expect([loop.state.length, system.turns.queuedCount]).toEqual([5, 0])
  })

  it('ends the actor that asked for it after its turn, and no other has a turn before', () => {
    const log: string[] = []
    const system = new ActorSystem({ clock: new VirtualClock() })
    const other = system.spawn('b', scripted({}))
    const act = {
      tell: () => other.tell('never delivered'),
      stop: () => system.stopAll(),
      rest: () => void log.push(`rest, ${system.actorCount} there`),
    }
    system.spawn('a', scripted({ on: { go: ['tell', 'stop', 'rest'] }, act })).tell('go')
    expect([log, system.actorCount, other.state]).toEqual([['rest, 2 there'], 0, []])
  })
})
