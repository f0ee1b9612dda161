import { describe, expect, it } from 'vitest'
import { helpText } from '../../src/cli/help.ts'
import { defaultProgramOptions, logThresholds, parseCommandLine } from '../../src/cli/options.ts'

describe('helpText', () => {
  const documented = [...helpText.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map((match) => match[1]!)

  it('names every option once, and only options that exist', () => {
    expect(documented.toSorted()).toEqual(
      [
        '--allow-takeover',
        '--gop-cache',
        '--help',
        '--host',
        '--log-level',
        '--multicast-interface',
        '--multicast-port',
        '--multicast-range',
        '--no-demo',
        '--no-udp',
        '--port',
        '--rtp-port',
        '--tls-cert',
        '--tls-key',
        '--tls-port',
        '--version',
      ].toSorted(),
    )
    for (const option of documented) {
      const result = parseCommandLine([option])
      expect(result.kind === 'error' ? result.message : '').not.toContain('unknown')
    }
  })

  it('says the real defaults', () => {
    expect(helpText).toMatch(new RegExp(`--port .*default: ${defaultProgramOptions.port}\\)`))
    expect(helpText).toMatch(new RegExp(`--rtp-port .*default: ${defaultProgramOptions.rtpPort}\\)`))
    for (const threshold of logThresholds) expect(helpText).toContain(threshold)
  })

  it('fits 80 columns and ends with a line break', () => {
    expect(Math.max(...helpText.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(helpText.endsWith('\n')).toBe(true)
  })

  it('gives examples that the program accepts', () => {
    const examples = [...helpText.matchAll(/^ {4}rxrtsp(.*)$/gm)].map((match) => match[1]!.trim())
    expect(examples.length).toBeGreaterThan(1)
    for (const example of examples) expect(parseCommandLine(example.split(' ').filter(Boolean)).kind).toBe('run')
  })
})
