import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/**
 * Every entry of the conformance checklist has a spec whose title, or whose describe's title, begins with its number in
 * brackets. 63 and 64 are matrices of real programs, in specs/e2e.
 */

const entries = Array.from({ length: 72 }, (_, index) => index + 1)

/** Numbers that begin a title in `describe`, `it` or a row of a table: `it('[7] ...`, `])('[7] ...`, `['[7] ...`. */
function numbersIn(text: string): readonly number[] {
  return [...text.matchAll(/[([]\s*['`]((?:\[\d+\] )+)/g)].flatMap(([, numbers = '']) =>
    [...numbers.matchAll(/\d+/g)].map(([digits]) => Number(digits)),
  )
}

describe('the conformance checklist', () => {
  const folder = new URL('..', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.spec.ts'))
  const covered = new Set(files.flatMap((name) => numbersIn(readFileSync(new URL(name, folder), 'utf8'))))

  it.each(entries)('entry %i has a spec', (entry) => {
    expect(covered.has(entry)).toBe(true)
  })
})
