import { describe, expect, it } from 'vitest'
import { nearestWord } from '../../src/cli/nearest-word.ts'

describe('nearestWord', () => {
  const words = ['--host', '--port', '--rtp-port', '--no-udp', '--version']

  it.each([
    ['--prot', '--port'],
    ['--hots', '--host'],
    ['--pport', '--port'],
    ['--rtp_port', '--rtp-port'],
    ['--vers', '--version'],
    ['--PORT', '--port'],
    ['-port', '--port'],
  ])('takes %s for %s', (word, nearest) => {
    expect(nearestWord(word, words)).toBe(nearest)
  })

  it.each(['--transcode', '', 'x'.repeat(100_000)])('suggests nothing for what is far from everything', (word) => {
    expect(nearestWord(word, words)).toBeUndefined()
  })

  it('suggests nothing when there is nothing to suggest', () => {
    expect(nearestWord('--port', [])).toBeUndefined()
  })
})
