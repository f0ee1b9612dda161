import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededEntropy } from '../../../src/testing/seeded-entropy.ts'
import { createMikey } from '../../../src/wire/mikey/create-mikey.ts'
import { encodeMikey, parseMikey, type MikeyMessage, type MikeyPayload } from '../../../src/wire/mikey/mikey-message.ts'
import { readSrtpParameters } from '../../../src/wire/mikey/srtp-parameters.ts'
import { ntpToUnixNanos, unixMillisFromNanos } from '../../../src/wire/ntp.ts'
import { createSrtpKeyMaterial } from '../../../src/wire/srtp/key-material.ts'
import { SrtpReceiver } from '../../../src/wire/srtp/srtp-receiver.ts'
import { SrtpSender } from '../../../src/wire/srtp/srtp-sender.ts'
import { fromHex, rtpBytes, toHex, valueOf, vectorKeys } from '../srtp/bytes.ts'
import { captured } from './messages.ts'

const now = Date.UTC(2026, 0, 1)
const entropy = seededEntropy(7)
const sample = () => createMikey({ rollovers: new Map([[5, 3]]), keys: vectorKeys, now, entropy })

function timeOf(message: MikeyMessage): number {
  for (const payload of message.payloads)
    if (payload.kind === 'timestamp') return unixMillisFromNanos(ntpToUnixNanos(payload.time))
  return 0
}

/** The sample with payloads changed; those for which nothing is given are left out. */
function changed(change: (payload: MikeyPayload) => readonly MikeyPayload[]): MikeyMessage {
  const message = sample()
  return { ...message, payloads: message.payloads.flatMap(change) }
}

describe('a message that is made', () => {
  it('has the payloads and parameters that devices know, in their order', () => {
    const bytes = encodeMikey(sample())
    expect(bytes).toHaveLength(115)
    const hex = toHex(bytes)
    // The header but for its random id; then T.
    expect(hex.slice(0, 8) + hex.slice(16, 20)).toBe('01000500' + '0100')
    expect(hex.slice(20, 40)).toBe('00' + '00000005' + '00000003' + '0b')
    // T with 2026-01-01 as NTP time, and RAND's header.
    expect(hex.slice(40, 62)).toBe('00' + 'ed003780' + '00000000' + '0a10')
    const policy = '000101 010110 020101 030114 070101 080101 0a0101 0b010a'
    const key = toHex(vectorKeys.masterKey) + toHex(vectorKeys.masterSalt)
    expect(hex.slice(94)).toBe(toHex(fromHex(`01 0000 0018 ${policy} 00 00 0022 00 20 001e ${key} 00`)))
  })

  it('has a fresh id and fresh random bytes each time', () => {
    expect(sample().bundleId).not.toBe(sample().bundleId)
    expect(sample().payloads[1]).not.toEqual(sample().payloads[1])
  })

  it('gives its keys and rollover counters to who reads it', () => {
    const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
    const rollovers = fc.array(fc.tuple(uint32, uint32), { maxLength: 255 }).map((entries) => new Map(entries))
    const mki = fc.option(fc.uint8Array({ minLength: 1, maxLength: 255 }), { nil: undefined })
    fc.assert(
      fc.property(rollovers, mki, fc.integer(), (counters, identifier, seed) => {
        const random = createSrtpKeyMaterial(seededEntropy(seed))
        const keys = identifier === undefined ? random : { ...random, mki: identifier }
        const message = createMikey({ rollovers: counters, keys, now, entropy })
        const read = valueOf(parseMikey(encodeMikey(message)))
        expect(readSrtpParameters(read, now)).toEqual({ keys, rollovers: counters })
      }),
    )
  })

  it('lets a late receiver read on (RFC 3830 section 6.1.1)', () => {
    const sender = new SrtpSender(vectorKeys)
    for (let index = 65_000; index < 200_000; index += 1000) sender.protectRtp(rtpBytes(5, index % 65_536))
    const message = createMikey({ rollovers: new Map([[5, sender.rollover(5)]]), keys: vectorKeys, now, entropy })
    const { keys, rollovers } = valueOf(readSrtpParameters(message, now))
    expect(rollovers.get(5)).toBe(3)
    const packet = rtpBytes(5, 200_000 % 65_536)
    expect(new SrtpReceiver(keys, rollovers).unprotectRtp(valueOf(sender.protectRtp(packet)))).toEqual(packet)
  })

  it('is not made of keys of a wrong size', () => {
    const keys = { ...vectorKeys, masterKey: new Uint8Array(3) }
    expect(() => createMikey({ rollovers: new Map(), keys, now, entropy })).toThrow('master key')
  })
})

describe('parameters for SRTP', () => {
  it.each([captured.a, captured.b, captured.twoSources, captured.d])('are read of messages of devices', (bytes) => {
    const message = valueOf(parseMikey(bytes))
    const { keys, rollovers } = valueOf(readSrtpParameters(message, timeOf(message)))
    expect(keys.masterKey).toHaveLength(16)
    expect(keys.masterSalt).toHaveLength(14)
    expect(keys.mki).toBeUndefined()
    expect([...rollovers.keys()]).toEqual(message.cryptoSessions.map(({ ssrc }) => ssrc))
  })

  it('are read of a message whose clock is off by up to an hour, or what the caller allows', () => {
    const hour = 3_600_000
    const tooHigh = { code: 'ERR_RTSP_MIKEY_INVALID', text: 'NTP difference is too high' }
    for (const sign of [-1, 1]) {
      expect(readSrtpParameters(sample(), now + sign * (hour - 1))).toHaveProperty('keys')
      expect(readSrtpParameters(sample(), now + sign * (hour + 1))).toMatchObject(tooHigh)
      expect(readSrtpParameters(sample(), now + sign * 10, { maxClockSkewMs: 9 })).toMatchObject(tooHigh)
      expect(readSrtpParameters(sample(), now + sign * hour * 24, { maxClockSkewMs: Infinity })).toHaveProperty('keys')
    }
  })

  it.each([
    ['timestamp', 'time payload not present'],
    ['policy', 'SP payload not present'],
    ['kemac', 'KEMAC payload not present'],
  ])('need the payload %s', (kind, text) => {
    const message = changed((payload) => (payload.kind === kind ? [] : [payload]))
    expect(readSrtpParameters(message, now)).toMatchObject({ code: 'ERR_RTSP_MIKEY_INVALID', text })
  })

  it('do not need RAND, which nothing is derived from', () => {
    const message = changed((payload) => (payload.kind === 'rand' ? [] : [payload]))
    expect(readSrtpParameters(message, now)).toHaveProperty('keys')
  })

  const withParameter = (type: number, value: Uint8Array | undefined) =>
    changed((payload) =>
      payload.kind !== 'policy'
        ? [payload]
        : [
            {
              ...payload,
              parameters: payload.parameters.flatMap((parameter) =>
                parameter.type !== type ? [parameter] : value === undefined ? [] : [{ type, value }],
              ),
            },
          ],
    )

  it.each([
    [0, 'encryption algorithm'],
    [1, 'encryption key length'],
    [2, 'authentication algorithm'],
    [7, 'SRTP encryption'],
    [8, 'SRTCP encryption'],
    [10, 'SRTP authentication'],
  ])('need the policy parameter %i, %s', (type, name) => {
    const text = `missing or unsupported policy: ${name}`
    for (const value of [undefined, Uint8Array.of(), Uint8Array.of(9), Uint8Array.of(0, 1)])
      expect(readSrtpParameters(withParameter(type, value), now)).toMatchObject({ text })
  })

  it('may leave the length of the tag out, but not set another one', () => {
    const text = 'missing or unsupported policy: authentication tag length'
    expect(readSrtpParameters(withParameter(11, undefined), now)).toHaveProperty('keys')
    expect(readSrtpParameters(withParameter(11, Uint8Array.of(4)), now)).toMatchObject({ text })
  })

  it('do not depend on the length of the authentication key, which devices get wrong', () => {
    for (const value of [undefined, Uint8Array.of(10), Uint8Array.of(20)])
      expect(readSrtpParameters(withParameter(3, value), now)).toHaveProperty('keys')
  })

  const key = new Uint8Array(30)
  it.each([
    ['no key', [], 'no key is present'],
    ['two keys', [{ key }, { key }], 'multiple keys are present'],
    ['a key without a salt', [{ key: new Uint8Array(16) }], 'unexpected key size: 16'],
  ])('cannot be read of a message with %s', (_, keys, text) => {
    const message = changed((payload) => [payload.kind === 'kemac' ? { ...payload, keys } : payload])
    expect(readSrtpParameters(message, now)).toMatchObject({ code: 'ERR_RTSP_MIKEY_INVALID', text })
  })

  it('take an empty key identifier for none', () => {
    const keys = [{ key, identifier: fromHex('') }]
    const message = changed((payload) => [payload.kind === 'kemac' ? { ...payload, keys } : payload])
    expect(valueOf(readSrtpParameters(message, now)).keys).not.toHaveProperty('mki')
  })
})
