import { describe, expect, it } from 'vitest'
import { pathName, PathRegistry } from '../../src/cli/path-registry.ts'

const claimed = (name: string, replaced?: string) => ({ kind: 'claimed', name, replaced })
const refused = (reason: string) => expect.objectContaining({ kind: 'refused', reason }) as unknown

describe('PathRegistry', () => {
  it('gives a free path to whoever asks, and knows the publisher under any spelling', () => {
    const registry = new PathRegistry<string>()
    expect(registry.claim('/live/', 'a')).toEqual(claimed('live'))
    expect(registry.publisherOf('live')).toBe('a')
    expect(registry.publisherOf('//live')).toBe('a')
    expect(registry.publisherOf('other')).toBeUndefined()
    expect(registry.names()).toEqual(['live'])
    expect(registry.count).toBe(1)
  })

  it('refuses a path that is busy, and keeps the first publisher', () => {
    const registry = new PathRegistry<string>()
    registry.claim('live', 'a')
    expect(registry.claim('live', 'b')).toEqual({
      kind: 'refused',
      reason: 'busy',
      message: "path 'live' is already being published",
    })
    expect(registry.publisherOf('live')).toBe('a')
  })

  it('lets a publisher claim again what it has', () => {
    const registry = new PathRegistry<string>()
    registry.claim('live', 'a')
    expect(registry.claim('/live', 'a')).toEqual(claimed('live'))
  })

  it('with takeover tells whom to close, whose late release then changes nothing', () => {
    const registry = new PathRegistry<string>({ allowsTakeover: true })
    registry.claim('live', 'a')
    expect(registry.claim('live', 'b')).toEqual(claimed('live', 'a'))
    expect(registry.release('live', 'a')).toBe(false)
    expect(registry.publisherOf('live')).toBe('b')
    expect(registry.release('live', 'b')).toBe(true)
    expect(registry.release('live', 'b')).toBe(false)
    expect(registry.count).toBe(0)
  })

  it('keeps reserved paths from everybody, also with takeover', () => {
    const registry = new PathRegistry<string>({ allowsTakeover: true })
    expect(registry.reserve('demo', 'server')).toEqual(claimed('demo'))
    expect(registry.claim('demo', 'a')).toEqual(refused('reserved'))
    expect(registry.publisherOf('demo')).toBe('server')
  })

  it('releases everything of a publisher and nothing of others', () => {
    const registry = new PathRegistry<string>()
    registry.claim('one', 'a')
    registry.claim('two', 'b')
    registry.claim('three', 'a')
    expect(registry.releaseAll('a')).toEqual(['one', 'three'])
    expect(registry.names()).toEqual(['two'])
  })

  it('limits how many paths there are; a takeover of one that exists is not one more', () => {
    const registry = new PathRegistry<string>({ maxPaths: 2, allowsTakeover: true })
    registry.claim('one', 'a')
    registry.claim('two', 'b')
    expect(registry.claim('three', 'c')).toEqual(refused('tooManyPaths'))
    expect(registry.claim('two', 'c')).toEqual(claimed('two', 'b'))
    registry.release('one', 'a')
    expect(registry.claim('three', 'c')).toEqual(claimed('three'))
  })

  it.each(['', '/', '///', 'a\nb', 'a\u0000', 'x'.repeat(256)])('refuses the name %j', (name) => {
    const registry = new PathRegistry<string>()
    expect(registry.claim(name, 'a')).toEqual(refused('invalidName'))
    expect(registry.count).toBe(0)
  })

  it.each(['cam/1/sub', 'küche', 'x'.repeat(255), '__proto__', 'constructor'])('accepts the name %j', (name) => {
    const registry = new PathRegistry<string>()
    expect(registry.publisherOf(name)).toBeUndefined()
    expect(registry.claim(name, 'a')).toEqual(claimed(name))
  })
})

describe('pathName', () => {
  it.each([
    ['/live', 'live'],
    ['live/', 'live'],
    ['//a/b//', 'a/b'],
    ['/', ''],
    ['', ''],
  ])('of %j is %j', (path, name) => {
    expect(pathName(path)).toBe(name)
  })
})
