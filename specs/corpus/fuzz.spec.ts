/** What broke other parsers gives a value or the typed failure here. How long it may take is in specs/e2e/corpus-time.spec.ts. */
import { describe, expect, it } from 'vitest'
import { answersFor, answersOfAllFormats } from './answers.ts'
import { fuzzInputs } from './corpus.ts'

const targets = [...new Set(fuzzInputs.map(({ target }) => target))]

describe('inputs that broke another parser', () => {
  it('are all there', () => {
    expect(fuzzInputs).toHaveLength(213)
    expect(targets).toHaveLength(35)
  })

  it.each(targets)('give a value or the typed failure: %s', (target) => {
    for (const input of fuzzInputs.filter((each) => each.target === target)) {
      const answers = answersFor(input)
      expect(answers.length).toBeGreaterThan(0)
      expect(answers.every((answer) => answer !== undefined)).toBe(true)
    }
  })

  it('give an answer from the depacketizers of all codecs', () => {
    for (const { target, args } of fuzzInputs.filter((each) => each.target.endsWith('FuzzDecoder'))) {
      expect(answersOfAllFormats(args[0]!).length, target).toBeGreaterThan(0)
    }
  })

  it('need somebody who answers for them', () => {
    expect(() => answersFor({ target: 'format/rtpnew/FuzzDecoder', args: [] })).toThrow('no parser answers for')
  })
})
