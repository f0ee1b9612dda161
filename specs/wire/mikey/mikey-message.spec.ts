import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import {
  encodeMikey,
  maxMikeyPayloads,
  parseMikey,
  type MikeyMessage,
  type MikeyPayload,
} from '../../../src/wire/mikey/mikey-message.ts'
import { fuzzInputs } from '../../corpus/corpus.ts'
import { fromHex, toHex, valueOf } from '../srtp/bytes.ts'
import { captured } from './messages.ts'

const bytesOf = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength })
const byte = fc.integer({ min: 0, max: 255 })
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })

const keyData = fc
  .record({ key: bytesOf(0, 40), identifier: fc.option(bytesOf(0, 255), { nil: undefined }) })
  .map(({ key, identifier }) => (identifier === undefined ? { key } : { key, identifier }))

const payload: fc.Arbitrary<MikeyPayload> = fc.oneof(
  fc.record({ kind: fc.constant('timestamp' as const), time: fc.record({ seconds: uint32, fraction: uint32 }) }),
  fc.record({ kind: fc.constant('rand' as const), bytes: bytesOf(16, 255) }),
  fc.record({
    kind: fc.constant('policy' as const),
    policyNumber: byte,
    parameters: fc.array(fc.record({ type: byte, value: bytesOf(0, 255) }), { maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant('kemac' as const), keys: fc.array(keyData, { maxLength: 4 }) }),
)

const message: fc.Arbitrary<MikeyMessage> = fc.record({
  bundleId: uint32,
  cryptoSessions: fc.array(fc.record({ policyNumber: byte, ssrc: uint32, rollover: uint32 }), { maxLength: 255 }),
  payloads: fc.array(payload, { maxLength: maxMikeyPayloads }),
})

describe('a MIKEY message (RFC 3830 section 6)', () => {
  it('of a device is read as it was meant', () => {
    expect(parseMikey(captured.d)).toEqual({
      bundleId: 2_049_124_702,
      cryptoSessions: [{ policyNumber: 0, ssrc: 2_508_989_223, rollover: 0 }],
      payloads: [
        {
          kind: 'timestamp',
          time: {
            seconds: Number(17_003_794_820_816_085_580n >> 32n),
            fraction: Number(17_003_794_820_816_085_580n & 0xffff_ffffn),
          },
        },
        { kind: 'rand', bytes: fromHex('6c1c02e3ebc63ebf7a7c9bf80dbeacd7') },
        {
          kind: 'policy',
          policyNumber: 0,
          parameters: [
            [0, 1],
            [1, 16],
            [2, 1],
            [3, 10],
            [7, 1],
            [8, 1],
            [10, 1],
          ].map(([type = 0, value = 0]) => ({ type, value: Uint8Array.of(value) })),
        },
        {
          kind: 'kemac',
          keys: [{ key: fromHex('5fc5ef382cc8321d094ce5a2bd62f111f953512a757e38f68bcc46ec3f43') }],
        },
      ],
    })
  })

  it('with a key identifier and a rollover counter is read as it was meant', () => {
    expect(parseMikey(captured.withIdentifier)).toEqual({
      bundleId: 0x1234_5678,
      cryptoSessions: [{ policyNumber: 3, ssrc: 0x1122_3344, rollover: 0x5566_7788 }],
      payloads: [{ kind: 'kemac', keys: [{ key: fromHex('aabbcc'), identifier: fromHex('1122') }] }],
    })
  })

  it('with two crypto sessions is read as it was meant', () => {
    expect(parseMikey(captured.twoSources)).toMatchObject({
      bundleId: 2_111_907_750,
      cryptoSessions: [
        { policyNumber: 0, ssrc: 3_431_162_423, rollover: 0 },
        { policyNumber: 0, ssrc: 3_050_060_786, rollover: 0 },
      ],
    })
  })

  it.each(Object.entries(captured))('%s is written as it was read', (_, bytes) => {
    expect(toHex(encodeMikey(valueOf(parseMikey(bytes))))).toBe(toHex(bytes))
  })

  it('of any content is read as it was written', () => {
    fc.assert(
      fc.property(message, (written) => {
        expect(parseMikey(encodeMikey(written))).toEqual(written)
      }),
    )
  })

  it.each([
    ['one byte more, of any value', '07', true],
    ['one zero more, as Milestone XProtect writes', '00', true],
    ['zeros, whatever follows the first', '000700', true],
    ['two bytes more', '0700', false],
  ])('with %s', (_, more, isTaken) => {
    const parsed = parseMikey(Uint8Array.of(...captured.a, ...fromHex(more)))
    if (isTaken) expect(parsed).toEqual(parseMikey(captured.a))
    else expect(parsed).toMatchObject({ code: 'ERR_RTSP_MIKEY_INVALID', text: '2 unread bytes at the end' })
  })

  it.each([
    ['an empty one', '', 'header is too short'],
    ['a cut-off map', '0100010012345678020003112233445566778800', 'header is too short'],
    ['another version', '02000100123456780000', 'unsupported version: 2'],
    ['another data type', '01010100123456780000', 'unsupported data type: 1'],
    ['the V bit', '01000180123456780000', 'verification messages are not supported'],
    ['another PRF', '01000101123456780000', 'unsupported PRF function: 1'],
    ['another map', '01000100123456780001', 'unsupported CS ID map type: 1'],
    ['an unknown payload', '01000200123456780000', 'unsupported payload type: 2'],
    ['a payload that is not there', '01000500123456780000', 'message is too short'],
    ['another kind of time', '01000500123456780000 0001 1122334455667788', 'unsupported timestamp type: 1'],
    ['a short RAND', '01000b00123456780000 000f 112233445566778899aabbccddeeff', 'RAND has only 15 bytes'],
    ['a cut-off RAND', '01000b00123456780000 0010 1122334455', 'message is too short'],
    ['a policy for something else', '01000a00123456780000 0000 01 0000', 'unsupported protocol type: 1'],
    ['a cut-off policy', '01000a00123456780000 0000 00 0004 000101', 'message is too short'],
    ['a parameter beyond its payload', '01000a00123456780000 0000 00 0003 000201 0000', 'a policy parameter goes'],
    ['an encrypted key', '01000100123456780000 00 01 0000 00', 'unsupported encryption algorithm: 1'],
    ['a MAC', '01000100123456780000 00 00 0000 01', 'unsupported MAC algorithm: 1'],
    ['a key of another type', '01000100123456780000 00 00 0005 00300001aa 00', 'unsupported key type: 3'],
    ['a key with an interval', '01000100123456780000 00 00 0005 00220001aa 00', 'unsupported key validity: 2'],
    ['an unknown sub-payload', '01000100123456780000 00 00 0005 05200001aa 00', 'unsupported key data type: 5'],
    ['key data that is too long', '01000100123456780000 00 00 0006 00200001aabb 00', '1 unread bytes of key data'],
    ['key data that is too short', '01000100123456780000 00 00 0005 00200002aa 00', 'key data is too short'],
    ['no end of keys', '01000100123456780000 00 00 0005 14200001aa 00', 'unsupported key type: 0'],
  ])('with %s is refused', (_, hex, text) => {
    const failure = parseMikey(fromHex(hex))
    expect(failure).toMatchObject({ code: 'ERR_RTSP_MIKEY_INVALID' })
    expect(isFailure(failure) && failure.text).toContain(text)
  })

  it('with a number of payloads beyond all use is refused', () => {
    const time = { kind: 'timestamp', time: { seconds: 1, fraction: 2 } } as const
    const payloads = Array.from({ length: maxMikeyPayloads + 1 }, () => time)
    expect(parseMikey(encodeMikey({ bundleId: 1, cryptoSessions: [], payloads }))).toMatchObject({
      text: 'too many payloads',
    })
  })

  it('that does not fit into its fields is not written', () => {
    const cryptoSessions = Array.from({ length: 256 }, (_, ssrc) => ({ policyNumber: 0, ssrc, rollover: 0 }))
    expect(() => encodeMikey({ bundleId: 1, cryptoSessions, payloads: [] })).toThrow('256 does not fit')
    expect(() => encodeMikey({ bundleId: 2 ** 32, cryptoSessions: [], payloads: [] })).toThrow('does not fit')
  })

  it('cut off anywhere is refused or, for its last byte alone, is no other message', () => {
    for (const bytes of Object.values(captured)) {
      for (let size = 0; size < bytes.length; size++) expect(isFailure(parseMikey(bytes.subarray(0, size)))).toBe(true)
    }
  })
})

const fuzzed = fuzzInputs.filter(({ target }) => target === 'mikey/FuzzUnmarshal').map(({ args }) => toHex(args[0]!))

describe('bytes that once broke a parser', () => {
  it.each(fuzzed)('%s give a message that can be written, or a failure', (hex) => {
    expectValueOrFailure(fromHex(hex))
  })

  it('and any others, made of true messages', () => {
    const change = fc.record({ at: fc.nat({ max: 120 }), value: byte })
    const original = fc.constantFrom(...Object.values(captured))
    fc.assert(
      fc.property(original, fc.array(change, { maxLength: 5 }), fc.nat({ max: 130 }), (bytes, changes, size) => {
        const changed = new Uint8Array(bytes)
        for (const { at, value } of changes) if (at < changed.length) changed[at] = value
        expectValueOrFailure(changed.subarray(0, size))
      }),
    )
  })
})

function expectValueOrFailure(bytes: Uint8Array): void {
  const parsed = parseMikey(bytes)
  if (isFailure(parsed)) expect(parsed.code).toBe('ERR_RTSP_MIKEY_INVALID')
  else expect(parseMikey(encodeMikey(parsed))).toEqual(parsed)
}
