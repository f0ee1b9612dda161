import { describe, expect, it } from 'vitest'
import { ActorSystem } from '../../src/kernel/actor-system.ts'
import type { ActorContext } from '../../src/kernel/behavior.ts'
import type { InspectionRecord } from '../../src/kernel/inspection.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'
import { scripted } from './scripted-behavior.ts'

describe('timers of an actor', () => {
  const arm = scripted({
    act: {
      arm: (self) => self.startTimer('idle', 10, 'fired'),
      armOther: (self) => self.startTimer('other', 10, 'otherFired'),
      armNow: (self) => self.startTimer('idle', -5, 'fired'),
      cancel: (self) => self.cancelTimer('idle'),
    },
  })

  it('tells its message once, when the time has come', () => {
    const clock = new VirtualClock()
    const actor = new ActorSystem({ clock }).spawn('a', arm)
    actor.tell('arm')
    clock.advance(9)
    expect(actor.state).toEqual(['arm'])
    clock.advance(100)
    expect(actor.state).toEqual(['arm', 'fired'])
  })

  it('starts anew by its key, and leaves other keys alone', () => {
    const clock = new VirtualClock()
    const actor = new ActorSystem({ clock }).spawn('a', arm)
    actor.tell('arm')
    actor.tell('armOther')
    clock.advance(6)
    actor.tell('arm')
    expect(clock.pendingTimers).toBe(2)
    clock.advance(4)
    expect(actor.state.at(-1)).toBe('otherFired')
    clock.advance(6)
    expect(actor.state.at(-1)).toBe('fired')
  })

  it('does not fire after it was cancelled', () => {
    const clock = new VirtualClock()
    const actor = new ActorSystem({ clock }).spawn('a', arm)
    actor.tell('arm')
    actor.tell('cancel')
    expect(clock.pendingTimers).toBe(0)
    clock.advance(100)
    expect(actor.state).toEqual(['arm', 'cancel'])
  })

  it('takes a delay below 0 for 0, and never fires inside the turn that started it', () => {
    const clock = new VirtualClock()
    const actor = new ActorSystem({ clock }).spawn('a', arm)
    actor.tell('armNow')
    expect(actor.state).toEqual(['armNow'])
    clock.advance(0)
    expect(actor.state).toEqual(['armNow', 'fired'])
  })

  it.each([
    ['cancelled', 'cancel', []],
    ['started again', 'arm', ['fired']],
  ])('is not delivered if it was %s between its firing and its turn', (_title, word, later) => {
    const clock = new VirtualClock()
    const dropped: unknown[] = []
    const inspect = (record: InspectionRecord): void => {
      if (record.kind === 'message.dropped') dropped.push([record.message, record.reason])
    }
    const act = {
      arm: (self: ActorContext<string, readonly string[]>) => self.startTimer('idle', 10, 'fired'),
      cancel: (self: ActorContext<string, readonly string[]>) => self.cancelTimer('idle'),
      tell: (self: ActorContext<string, readonly string[]>) => self.tell(word),
      // Time passes within the turn, so the timer fires while the word already waits in the inbox.
      pass: () => clock.advance(10),
    }
    const actor = new ActorSystem({ clock, inspect }).spawn('a', scripted({ on: { go: ['arm', 'tell', 'pass'] }, act }))
    actor.tell('go')
    expect([actor.state, dropped]).toEqual([['go', word], [['fired', 'staleTimer']]])
    clock.advance(100)
    expect(actor.state.slice(2)).toEqual(later)
  })
})
