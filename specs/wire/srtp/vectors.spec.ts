import { createHmac, createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HmacSha1 } from '../../../src/wire/srtp/hmac-sha1.ts'
import { Keystream } from '../../../src/wire/srtp/keystream.ts'
import { padBytes, scratch } from '../../../src/wire/srtp/packet-scratch.ts'
import { deriveKeys } from '../../../src/wire/srtp/session-keys.ts'
import { SrtpReceiver } from '../../../src/wire/srtp/srtp-receiver.ts'
import { SrtpSender } from '../../../src/wire/srtp/srtp-sender.ts'
import { fromHex, toHex, valueOf, vectorKeys } from './bytes.ts'

function keystreamHex(stream: Keystream, blocks: number, ...index: [number, number, number]): string {
  const words = stream.blocks(blocks, ...index)
  return toHex(new Uint8Array(words.buffer, words.byteOffset, blocks * 16))
}

describe('the keystream of AES in counter mode', () => {
  const stream = new Keystream(fromHex('2B7E151628AED2A6ABF7158809CF4F3C'), fromHex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'))

  it('begins as that of RFC 3711 B.2', () => {
    expect(keystreamHex(stream, 3, 0, 0, 0)).toBe(
      'e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0',
    )
  })

  it('is that of the platform for any index and length (RFC 3711 section 4.1.1)', () => {
    const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
    const sample = fc.record({
      ssrc: uint32,
      rollover: uint32,
      sequence: fc.integer({ min: 0, max: 0xffff }),
      blocks: fc.integer({ min: 1, max: 300 }),
    })
    fc.assert(
      fc.property(sample, ({ ssrc, rollover, sequence, blocks }) => {
        const vector = Buffer.from('f0f1f2f3f4f5f6f7f8f9fafbfcfd0000', 'hex')
        vector.writeUInt32BE((vector.readUInt32BE(4) ^ ssrc) >>> 0, 4)
        vector.writeUInt32BE((vector.readUInt32BE(8) ^ rollover) >>> 0, 8)
        vector.writeUInt16BE(vector.readUInt16BE(12) ^ sequence, 12)
        const cipher = createCipheriv('aes-128-ctr', fromHex('2B7E151628AED2A6ABF7158809CF4F3C'), vector)
        const expected = cipher.update(new Uint8Array(blocks * 16))
        expect(keystreamHex(stream, blocks, ssrc, rollover, sequence)).toBe(expected.toString('hex'))
      }),
      { numRuns: 50 },
    )
  })
})

describe('key derivation', () => {
  it('gives the keys of RFC 3711 B.3', () => {
    const { encryptionKey, authenticationKey, salt } = deriveKeys(vectorKeys, 'srtp')
    expect(toHex(encryptionKey)).toBe('c61e7a93744f39ee10734afe3ff7a087')
    expect(toHex(salt)).toBe('30cbbc08863d8c85d49db34a9ae1')
    // The RFC derives 94 bytes here, of which HMAC-SHA1 takes the first 20.
    expect(toHex(authenticationKey)).toBe('cebe321f6ff7716b6fd4ab49af256a156d38baa4')
  })

  it('gives other keys to SRTCP, under the labels 3 to 5 (RFC 3711 section 4.3.2)', () => {
    const derived = (label: number, byteCount: number): string => {
      const vector = new Uint8Array(16)
      vector.set(vectorKeys.masterSalt)
      vector[7] = (vector[7] ?? 0) ^ label
      const cipher = createCipheriv('aes-128-ctr', vectorKeys.masterKey, vector)
      return cipher.update(new Uint8Array(byteCount)).toString('hex')
    }
    const { encryptionKey, authenticationKey, salt } = deriveKeys(vectorKeys, 'srtcp')
    expect(toHex(encryptionKey)).toBe(derived(3, 16))
    expect(toHex(authenticationKey)).toBe(derived(4, 20))
    expect(toHex(salt)).toBe(derived(5, 14))
  })

  it.each([
    [{ ...vectorKeys, masterKey: new Uint8Array(15) }, 'master key has 16'],
    [{ ...vectorKeys, masterSalt: new Uint8Array(16) }, 'master salt has 14'],
    [{ ...vectorKeys, mki: new Uint8Array(256) }, 'at most 255'],
  ])('refuses keys of a wrong size', (keys, text) => {
    expect(() => new SrtpSender(keys)).toThrow(text)
    expect(() => new SrtpReceiver(keys)).toThrow(text)
  })
})

describe('HMAC-SHA1 (RFC 2104)', () => {
  it.each([
    ['0b'.repeat(20), '4869205468657265', 'b617318655057264e28bc0b6fb378c8ef146be00'],
    ['aa'.repeat(20), 'dd'.repeat(50), '125d7342b9ac11cd91a39af48aa17b4f63f175d3'],
  ])('is that of RFC 2202 section 3', (key, data, digest) => {
    scratch.bytes.set(fromHex(data), padBytes)
    expect(Buffer.from(new HmacSha1(fromHex(key)).digest(data.length / 2), 'latin1').toString('hex')).toBe(digest)
  })

  it('is that of the platform for any key and packet', () => {
    const keyBytes = fc.uint8Array({ minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(keyBytes, fc.uint8Array({ maxLength: 1500 }), (key, data) => {
        scratch.bytes.set(data, padBytes)
        expect(new HmacSha1(key).digest(data.length)).toBe(createHmac('sha1', key).update(data).digest('binary'))
      }),
      { numRuns: 50 },
    )
  })
})

/** Packets that other implementations of SRTP are tested with. */
describe('whole packets under the keys of RFC 3711 B.3', () => {
  const rtp = fromHex(`800f1234decafbadcafebabe${'ab'.repeat(16)}`)
  const srtp = fromHex('800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb')
  const rtcp = fromHex(`81c8000bcafebabe${'ab'.repeat(16)}`)
  const srtcp = fromHex('81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798')

  it('RTP', () => {
    expect(toHex(valueOf(new SrtpSender(vectorKeys).protectRtp(rtp)))).toBe(toHex(srtp))
    expect(toHex(valueOf(new SrtpReceiver(vectorKeys).unprotectRtp(srtp)))).toBe(toHex(rtp))
  })

  it('RTCP, whose first index is 1', () => {
    expect(toHex(valueOf(new SrtpSender(vectorKeys).protectRtcp(rtcp)))).toBe(toHex(srtcp))
    expect(toHex(valueOf(new SrtpReceiver(vectorKeys).unprotectRtcp(srtcp)))).toBe(toHex(rtcp))
  })
})
