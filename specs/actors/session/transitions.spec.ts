import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  allowedMethods,
  sessionMethods,
  transitions,
  type SessionMethod,
  type SessionTag,
} from '../../../src/actors/session/transitions.ts'
import { Machine, twoMediasSdp, type Answered } from './machine.ts'

const tags = Object.keys(transitions) as SessionTag[]
const liveTags = tags.filter((tag) => tag !== 'closing' && tag !== 'closed')

/** A request of each method that would be fine in its own right. */
function ask(machine: Machine, method: SessionMethod): Answered | null {
  switch (method) {
    case 'ANNOUNCE':
      return machine.ask(method, 'rtsp://host/cam', { 'Content-Type': 'application/sdp' }, {}, twoMediasSdp)
    case 'SETUP': {
      const isRecording = machine.state.tag === 'preRecord'
      // A media that is not set up yet: sessions in the later states have set up both.
      if (machine.state.tag === 'initial') return machine.setup(0)
      machine.state = { ...machine.state, medias: machine.state.medias.slice(0, 1) }
      return isRecording ? machine.setupRecord(1) : machine.setup(1)
    }
    default:
      return machine.ask(method)
  }
}

describe('session state table (RFC 2326 appendix A.2, spec 4.1)', () => {
  const rows = liveTags.flatMap((tag) => sessionMethods.map((method) => [tag, method] as const))

  it.each(rows)('%s x %s does what the table says', (tag, method) => {
    const machine = Machine.in(tag)
    expect(machine.state.tag).toBe(tag)
    const target = transitions[tag][method]
    const answer = ask(machine, method)
    if (target === undefined) {
      expect(answer?.response.statusCode).toBe(455)
      expect(answer?.response.headers['Allow']).toEqual([allowedMethods(tag).join(', ')])
      expect(answer?.failure).toBeNull()
      expect(machine.state.tag).toBe(tag)
    } else {
      expect(answer?.response.statusCode).toBe(200)
      expect(machine.state.tag).toBe(target)
    }
  })

  it.each(['closing', 'closed'] as const)('%s takes nothing', (tag) => {
    const machine = Machine.in(tag)
    expect(machine.state.tag).toBe(tag)
    for (const method of sessionMethods) ask(machine, method)
    expect(machine.state.tag).toBe(tag)
  })

  it('has a row for every state and only known methods', () => {
    for (const tag of tags) {
      for (const method of Object.keys(transitions[tag])) expect(sessionMethods).toContain(method)
    }
    expect(tags).toHaveLength(7)
  })

  it('is what the diagram in ARCHITECTURE.md draws', () => {
    const page = readFileSync(new URL('../../../src/ARCHITECTURE.md', import.meta.url), 'utf8')
    const drawn = [...page.matchAll(/^ {4}(\w+) --> (\w+): (.+)$/gm)].flatMap(([, from, to, methods]) =>
      (methods ?? '').split(', ').map((method) => `${from} ${method} ${to}`),
    )
    const table = liveTags.flatMap((tag) =>
      Object.entries(transitions[tag])
        // Staying where one is would only clutter the picture.
        .filter(([, target]) => target !== tag)
        .map(([method, target]) => `${tag} ${method} ${target}`),
    )
    expect(new Set(drawn)).toEqual(new Set(table))
  })
})
