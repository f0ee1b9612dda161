import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { isFailure } from '../../../src/contracts/failure.ts'
import { parseKeyValues, parseUnsigned, quoted } from '../../../src/wire/headers/key-values.ts'

function pairsOf(text: string, separator: ';' | ',' = ';'): unknown {
  const pairs = parseKeyValues(text, separator, 'ERR_RTSP_HEADER')
  return isFailure(pairs) ? pairs.text : [...pairs]
}

describe('[68] the key-value scanner', () => {
  it.each([
    [
      'a=1;b="2;=x";c',
      [
        ['a', '1'],
        ['b', '2;=x'],
        ['c', ''],
      ],
    ],
    [
      'a=1;   b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'A = "x" ; B = y ',
      [
        ['a', 'x'],
        ['b', 'y'],
      ],
    ],
    ['a=b=c==', [['a', 'b=c==']]],
    ['a=1;a=2', [['a', '2']]],
    [';;a=1;', [['a', '1']]],
    [
      'a="1"junk;b=2',
      [
        ['a', '1'],
        ['junk', ''],
        ['b', '2'],
      ],
    ],
    ['a=', [['a', '']]],
    ['=1', []],
    ['', []],
    ['a="C:\\dir"', [['a', 'C:\\dir']]],
    ['a="1', 'invalid header: quotes not closed (a="1)'],
    ['="', 'invalid header: quotes not closed (=")'],
  ])('reads %j', (text, expected) => {
    expect(pairsOf(text)).toEqual(expected)
  })

  it('divides at the separator it was given', () => {
    expect(pairsOf('a="1", b=2;3', ',')).toEqual([
      ['a', '1'],
      ['b', '2;3'],
    ])
  })

  it('comes to an end on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '=', '"', ';', ',', ' ', '\t') }), (text) => {
        expect(pairsOf(text)).toBeDefined()
      }),
    )
  })

  it('quotes so that a value cannot end its quotes', () => {
    expect(quoted('realm', 'a"b\r\nc')).toBe('realm="abc"')
  })
})

describe('unsigned numbers', () => {
  it.each([
    ['0', 0],
    ['65535', 65535],
    ['65536', undefined],
    ['', undefined],
    ['-1', undefined],
    ['+1', undefined],
    ['1.0', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    [' 1', undefined],
    ['1'.repeat(400), undefined],
    [undefined, undefined],
  ])('%j is %j', (text, expected) => {
    expect(parseUnsigned(text, 65535)).toBe(expected)
  })
})
