import { describe, expect, it } from 'vitest'
import { Registry } from '../../src/contracts/registry.ts'

const named = (name: string) => ({ name })

describe('registry', () => {
  it('finds what was put in, and nothing else', () => {
    const registry = new Registry<string, { name: string }>()
    const one = named('one')
    registry.set('a', one)
    expect(registry.get('a')).toBe(one)
    expect(registry.has('a')).toBe(true)
    expect(registry.get('b')).toBeUndefined()
    expect(registry.has('b')).toBe(false)
    expect(registry.size).toBe(1)
  })

  it('gives an entry once', () => {
    const registry = new Registry<number, { name: string }>()
    const one = named('one')
    registry.set(1, one)
    expect(registry.take(1)).toBe(one)
    expect(registry.take(1)).toBeUndefined()
    expect(registry.delete(1)).toBe(false)
    expect(registry.size).toBe(0)
  })

  it('replaces an entry where it is', () => {
    const registry = new Registry<string, { name: string }>()
    registry.set('a', named('one'))
    registry.set('b', named('two'))
    registry.set('a', named('three'))
    expect([...registry.values()].map(({ name }) => name)).toEqual(['three', 'two'])
    expect(registry.size).toBe(2)
  })

  it('does not meet what is deleted during a walk', () => {
    const registry = new Registry<string, { name: string }>()
    for (const name of ['a', 'b', 'c']) registry.set(name, named(name))
    const met: string[] = []
    for (const { name } of registry.values()) {
      met.push(name)
      registry.delete(name === 'a' ? 'b' : name)
    }
    expect(met).toEqual(['a', 'c'])
    expect(registry.size).toBe(1)
  })
})
