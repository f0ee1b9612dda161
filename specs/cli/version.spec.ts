import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { packageVersion, versionOf } from '../../src/cli/version.ts'

describe('packageVersion', () => {
  it('is the version of package.json', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    expect(packageVersion()).toBe((JSON.parse(text) as { version: string }).version)
  })

  it('is unknown when the file does not say', () => {
    expect(versionOf('{ "name": "rxrtsp" }')).toBe('unknown')
    expect(versionOf('')).toBe('unknown')
  })
})
