import { describe, expect, it } from 'vitest'
import { MulticastSources } from '../../src/media/multicast-sources.ts'

const report = (ssrc: number): Uint8Array => Uint8Array.from([0x80, 201, 0, 1, ssrc >>> 24, 0, 0, ssrc & 0xff])

describe('MulticastSources (spec 6.7)', () => {
  it('hands on what comes from the address and port of a reader, to every session of that address', () => {
    const sources = new MulticastSources(8003, [])
    const got: string[] = []
    const first = (): void => void got.push('first')
    sources.register('10.0.0.1', first)
    sources.register('10.0.0.1', () => got.push('second'))
    sources.register('10.0.0.2', () => got.push('other'))
    sources.route(report(1), '10.0.0.1', 8003)
    sources.route(report(1), '10.0.0.1', 8005)
    sources.route(report(1), '10.0.0.3', 8003)
    expect(got).toEqual(['first', 'second'])
    expect(sources.unroutedDatagrams).toBe(2)
    sources.unregister('10.0.0.1', first)
    sources.route(report(1), '10.0.0.1', 8003)
    expect(got).toEqual(['first', 'second', 'second'])
  })

  it('knows our own reports by their SSRC, and lets anything too short pass to be judged (RFC 3550 section 8.2)', () => {
    const sources = new MulticastSources(8003, [0xff000011])
    let count = 0
    sources.register('127.0.0.1', () => (count += 1))
    sources.route(report(0xff000011), '127.0.0.1', 8003)
    expect(count).toBe(0)
    sources.route(report(0xff000012), '127.0.0.1', 8003)
    sources.route(new Uint8Array(3), '127.0.0.1', 8003)
    expect(count).toBe(2)
  })

  it('forgets an address with its last session', () => {
    const sources = new MulticastSources(8003, [])
    const receiver = (): void => undefined
    sources.register('10.0.0.1', receiver)
    sources.unregister('10.0.0.1', receiver)
    sources.unregister('10.0.0.1', receiver)
    sources.route(report(1), '10.0.0.1', 8003)
    expect(sources.unroutedDatagrams).toBe(1)
  })
})
