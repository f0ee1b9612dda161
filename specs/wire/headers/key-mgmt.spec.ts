import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { decodeBase64, encodeBase64 } from '../../../src/wire/headers/base64.ts'
import { formatKeyMgmt, parseKeyMgmt } from '../../../src/wire/headers/key-mgmt.ts'

describe('[68] KeyMgmt (RFC 4567 section 4.3)', () => {
  it('is read and written', () => {
    const header = { uri: 'rtsp://127.0.0.1:8554/s;x', data: Uint8Array.of(1, 2, 3, 4) }
    const value = 'prot=mikey;uri="rtsp://127.0.0.1:8554/s;x";data="AQIDBA=="'
    expect(formatKeyMgmt(header)).toBe(value)
    expect(parseKeyMgmt(value)).toEqual(header)
    expect(parseKeyMgmt('prot="mikey"; uri=""; data=AQIDBA==')).toEqual({ ...header, uri: '' })
  })

  it.each(
    [
      [
        '',
        'prot="0000',
        'data=00',
        'prot=mikey;uri',
        'prot=mikey',
        'prot=other;uri=a;data=AQID',
        'prot=mikey;data=AQID',
      ],
      ['prot=mikey;uri=a;data=A', 'prot=mikey;uri=a;data=-_-_'],
    ].flat(),
  )('%j is refused', (value) => {
    expect(parseKeyMgmt(value)).toMatchObject({ code: 'ERR_RTSP_KEY_MGMT_INVALID' })
  })

  it('tells nothing of the keys when it is refused: what is told ends in logs', () => {
    const key = 'AQAFAP0rNWkCAAB2'
    for (const value of [
      `prot=mikey;uri=a;data="${key}`,
      `data="${key}`,
      `prot="mikey;data=${key}`,
      `prot=mikey;uri=a;data=${key}-`,
      `prot=data=${key}`,
    ]) {
      expect(JSON.stringify(parseKeyMgmt(value))).not.toContain(key)
    }
  })
})

describe('base64 (RFC 4648 section 4)', () => {
  it('gives back any bytes, with padding or without', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const text = encodeBase64(bytes)
        expect(decodeBase64(text)).toEqual(bytes)
        expect(decodeBase64(text.replace(/=+$/, ''))).toEqual(bytes)
      }),
    )
  })

  it.each(['A', 'AAAAA', 'A===', 'AA=', 'AAA==', 'A A=', '-_==', 'AAAA\n'])('refuses %j', (text) => {
    expect(decodeBase64(text)).toBeUndefined()
  })
})
