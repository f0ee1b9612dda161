import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readmeExamples } from './readme.ts'

describe('README.md', () => {
  const examples = readmeExamples()

  it('has examples', () => {
    expect(examples.size).toBeGreaterThan(0)
  })

  it.each([...examples])('example %s is the file beside this spec, which is type-checked and run', (name, code) => {
    expect(code).toBe(readFileSync(new URL(`${name}.ts`, import.meta.url), 'utf8'))
  })

  it('names every folder of the source in its map', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const folders = readdirSync(new URL('../../src', import.meta.url), { withFileTypes: true })
    for (const folder of folders.filter((entry) => entry.isDirectory())) expect(readme).toContain(`src/${folder.name}`)
  })
})
