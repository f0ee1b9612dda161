import { describe, expect, it } from 'vitest'
import {
  canonicalHeaderName,
  createHeaders,
  headerValue,
  headerValues,
  withHeader,
} from '../../../src/wire/headers/header-map.ts'

describe('[70] names', () => {
  it.each([
    ['cseq', 'CSeq'],
    ['CSEQ', 'CSeq'],
    ['rtp-info', 'RTP-Info'],
    ['www-authenticate', 'WWW-Authenticate'],
    ['keymgmt', 'KeyMgmt'],
    ['content-TYPE', 'Content-Type'],
    ['x-foo', 'X-Foo'],
    ['x-1a-b', 'X-1a-B'],
    ['with blank', 'with blank'],
  ])('%s is %s', (name, expected) => {
    expect(canonicalHeaderName(name)).toBe(expected)
  })
})

describe('[70] usual names', () => {
  it.each([
    'Accept',
    'CSeq',
    'Content-Base',
    'KeyMgmt',
    'RTP-Info',
    'Session',
    'Transport',
    'User-Agent',
    'WWW-Authenticate',
  ])('%s is its own canonical spelling, and that of its lower and upper case', (name) => {
    expect(canonicalHeaderName(name)).toBe(name)
    expect(canonicalHeaderName(name.toLowerCase())).toBe(name)
    expect(canonicalHeaderName(name.toUpperCase())).toBe(name)
  })
})

describe('[70] headers', () => {
  it('join values whose names differ in case', () => {
    expect(headerValues(createHeaders({ cseq: '1', CSeq: ['2', '3'] }), 'CSEQ')).toEqual(['1', '2', '3'])
  })

  it('have a single value only if it occurs exactly once', () => {
    const headers = createHeaders({ A: '1', B: ['1', '2'], C: [] })
    expect(['a', 'b', 'c'].map((name) => headerValue(headers, name))).toEqual(['1', undefined, undefined])
  })

  it('know nothing that was not put in', () => {
    expect(headerValues(createHeaders(), 'constructor')).toEqual([])
    expect(headerValues(createHeaders(), '__proto__')).toEqual([])
  })

  it('are not changed by withHeader', () => {
    const headers = createHeaders({ A: '1', B: '2' })
    expect(withHeader(headers, 'a', ['3', '4'])).toEqual(createHeaders({ A: ['3', '4'], B: '2' }))
    expect(withHeader(headers, 'b', [])).toEqual(createHeaders({ A: '1' }))
    expect(headers).toEqual(createHeaders({ A: '1', B: '2' }))
  })
})
