import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { quirks } from '../../src/contracts/quirks.ts'

/** Names in `describe('[quirk: name]', ...)` of the specs beside this one. */
function provenQuirks(): readonly string[] {
  const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.spec.ts'))
  const texts = files.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
  return texts.flatMap((text) => [...text.matchAll(/^describe\('\[quirk: ([\w-]+)\]'/gm)].map(([, name = '']) => name))
}

describe('the list of quirks', () => {
  const names = quirks.map(({ name }) => name)

  it('has a spec for each entry, and an entry for each spec', () => {
    expect(provenQuirks().toSorted()).toEqual(names.toSorted())
  })

  it('has each name once', () => {
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(quirks)('$name leads to a file of the source', ({ where }) => {
    expect(existsSync(new URL(`../../src/${where}`, import.meta.url))).toBe(true)
  })

  it.each(quirks)('$name says who does what, what we do and how it is known', (quirk) => {
    for (const text of [quirk.who, quirk.habit, quirk.answer, quirk.evidence]) expect(text.length).toBeGreaterThan(2)
  })
})
