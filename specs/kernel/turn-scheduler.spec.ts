import fc from 'fast-check'
import { interval, observeOn, of, take, type SchedulerAction } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { ActorSystem } from '../../src/kernel/actor-system.ts'
import { TurnQueue } from '../../src/kernel/turn-queue.ts'
import { TurnScheduler } from '../../src/kernel/turn-scheduler.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'
import { scripted } from './scripted-behavior.ts'

function build(turnBudget = 1000): { clock: VirtualClock; turns: TurnScheduler; errors: unknown[] } {
  const clock = new VirtualClock()
  const errors: unknown[] = []
  return { clock, errors, turns: new TurnScheduler({ clock, turnBudget, onError: (error) => void errors.push(error) }) }
}

describe('TurnScheduler', () => {
  it('runs work at once when nothing runs, and never inside other work', () => {
    const { turns } = build()
    const log: string[] = []
    turns.schedule(() => {
      log.push('a+')
      turns.schedule(() => {
        turns.schedule(() => void log.push('c'))
        log.push('b')
      })
      log.push('a-')
    })
    expect(log).toEqual(['a+', 'a-', 'b', 'c'])
  })

  it('goes on with the next work when one throws', () => {
    const { turns, errors } = build()
    const log: string[] = []
    turns.schedule(() => {
      turns.schedule(() => {
        throw new Error('boom')
      })
      turns.schedule(() => void log.push('next'))
    })
    expect([log, errors]).toEqual([['next'], [new Error('boom')]])
  })

  it('skips work that was unsubscribed while it waited', () => {
    const { turns } = build()
    const log: string[] = []
    turns.schedule(() => {
      const first = turns.schedule(() => void log.push('first'))
      turns.schedule(() => void log.push('second'))
      first.unsubscribe()
    })
    expect(log).toEqual(['second'])
  })

  it('waits on the clock when there is a delay, and cancels there', () => {
    const { turns, clock } = build()
    const log: string[] = []
    turns.schedule((state) => void log.push(`${state} at ${turns.now()}`), 10, 'x')
    const cancelled = turns.schedule(() => void log.push('never'), 10)
    cancelled.unsubscribe()
    expect(clock.pendingTimers).toBe(1)
    clock.advance(20)
    expect(log).toEqual(['x at 10'])
  })

  it('lets work schedule itself again, at the place of the later wish', () => {
    const { turns, clock } = build()
    const log: string[] = []
    turns.schedule(
      function (this: SchedulerAction<number>, count) {
        log.push(`${count} at ${turns.now()}`)
        if (count === 2) {
          this.schedule(9)
          this.schedule(3, 5)
        } else if (count < 2) this.schedule(count + 1)
      },
      0,
      0,
    )
    expect(log).toEqual(['0 at 0', '1 at 0', '2 at 0'])
    clock.runToIdle()
    expect(log.slice(3)).toEqual(['3 at 5'])
  })

  it('serves the operators of RxJS', () => {
    const { turns, clock } = build()
    const log: unknown[] = []
    const observer = {
      next: (value: unknown) => void log.push([value, turns.now()]),
      error: (error: unknown) => void log.push(error),
    }
    interval(10, turns).pipe(take(3)).subscribe(observer)
    of('x', 'y').pipe(observeOn(turns)).subscribe(observer)
    clock.runToIdle()
    expect(log).toEqual([
      ['x', 0],
      ['y', 0],
      [0, 10],
      [1, 20],
      [2, 30],
    ])
  })

  it('yields to the event loop when the budget of turns is used, and keeps the order', () => {
    const clock = new VirtualClock()
    const system = new ActorSystem({ clock, turnBudget: 3 })
    const actor = system.spawn(
      'a',
      scripted({ act: { go: (self) => ['1', '2', '3', '4', '5'].forEach((word) => self.tell(word)) } }),
    )
    const lateComer = system.spawn('b', scripted({}))
    const reads: string[] = []
    clock.afterTurn(() => void reads.push(actor.state.join('')))
    actor.tell('go')
    expect(actor.state).toEqual(['go', '1', '2'])
    // While it has yielded, a tell from outside joins the queue instead of starting another budget.
    lateComer.tell('x')
    expect(lateComer.state).toEqual([])
    clock.settle()
    expect(reads).toEqual(['go12'])
    expect([actor.state, lateComer.state]).toEqual([['go', '1', '2', '3', '4', '5'], ['x']])
  })

  it('never starves the event loop, whatever an actor tells itself', () => {
    const clock = new VirtualClock()
    const actor = new ActorSystem({ clock }).spawn(
      'a',
      scripted({
        on: { go: ['again'] },
        act: { again: (self) => (self.state.length < 2500 ? self.tell('go') : undefined) },
      }),
    )
    actor.tell('go')
    expect(actor.state.length).toBe(1000)
    clock.settle()
    expect(actor.state.length).toBe(2500)
  })
})

describe('TurnQueue', () => {
  it('gives out what was put in, in order, however it grows and shrinks', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(300), fc.nat(300)), { maxLength: 12 }), (rounds) => {
        const queue = new TurnQueue<number>()
        let pushed = 0
        let shifted = 0
        let isInOrder = true
        for (const [pushes, shifts] of rounds) {
          for (let index = 0; index < pushes; index++) isInOrder &&= queue.push(pushed) === pushed++
          for (let index = 0; index < shifts; index++) {
            const position = queue.headPosition
            const entry = queue.shift()
            isInOrder &&= shifted < pushed ? entry === shifted && position === shifted++ : entry === undefined
          }
          expect(isInOrder).toBe(true)
          expect(queue.size).toBe(pushed - shifted)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('survives a flood and goes on', () => {
    const queue = new TurnQueue<number>()
    for (let index = 0; index < 10_000; index++) queue.push(index)
    for (let index = 0; index < 10_000; index++) if (queue.shift() !== index) expect.unreachable()
    queue.push(7)
    expect([queue.shift(), queue.size]).toEqual([7, 0])
  })
})
