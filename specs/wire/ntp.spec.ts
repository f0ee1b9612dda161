import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ntpFromUnixMillis, ntpFromUnixNanos, ntpMiddle, ntpToUnixNanos, type NtpTime } from '../../src/wire/ntp.ts'

function nanosOf(date: string, nanosOfSecond = 0): bigint {
  return BigInt(Date.parse(date)) * 1_000_000n + BigInt(nanosOfSecond)
}

function asUint64(time: NtpTime): bigint {
  return (BigInt(time.seconds) << 32n) | BigInt(time.fraction)
}

function fromUint64(value: bigint): NtpTime {
  return { seconds: Number(value >> 32n), fraction: Number(value & 0xffff_ffffn) }
}

const vectors: readonly (readonly [bigint, bigint])[] = [
  [nanosOf('2013-04-15T11:15:17Z', 958_404_853), 15354565283395798332n],
  [nanosOf('2013-04-15T11:15:18Z'), 15354565283574448128n],
]

describe('[72] NTP time stamps (RFC 3550 section 4)', () => {
  it.each(vectors)('encode %s ns since 1970 as %s, and back', (nanos, ntp) => {
    expect(asUint64(ntpFromUnixNanos(nanos))).toBe(ntp)
    expect(ntpToUnixNanos(fromUint64(ntp))).toBe(nanos)
  })

  it('keep every nanosecond between 1968 and 2104', () => {
    const first = nanosOf('1968-01-20T03:14:08Z')
    const last = nanosOf('2104-02-26T09:42:23Z')
    fc.assert(
      fc.property(fc.bigInt({ min: first, max: last }), (nanos) => {
        expect(ntpToUnixNanos(ntpFromUnixNanos(nanos))).toBe(nanos)
      }),
    )
  })

  it('go on after the wrap of February 2036 (RFC 4330 section 3)', () => {
    const wrap = nanosOf('2036-02-07T06:28:16Z')
    expect(ntpFromUnixNanos(wrap)).toEqual({ seconds: 0, fraction: 0 })
    expect(ntpToUnixNanos({ seconds: 0, fraction: 0 })).toBe(wrap)
    expect(ntpToUnixNanos({ seconds: 0xffff_ffff, fraction: 0 })).toBe(wrap - 1_000_000_000n)
  })

  it('are the same from milliseconds as from nanoseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (millis) => {
        expect(ntpFromUnixMillis(millis)).toEqual(ntpFromUnixNanos(BigInt(millis) * 1_000_000n))
      }),
    )
  })

  it('count parts of a millisecond', () => {
    expect(ntpFromUnixMillis(500.5).fraction).toBe(Math.round(0.5005 * 2 ** 32))
  })

  it('carry a fraction that rounds up to a second', () => {
    expect(ntpFromUnixMillis(999.99999999999)).toEqual({ seconds: 2_208_988_801, fraction: 0 })
  })

  it('give their middle 32 bits for LSR (RFC 3550 section 6.4.1)', () => {
    expect(ntpMiddle(fromUint64(0xe363_887a_17ce_d916n))).toBe(0x887a_17ce)
    expect(ntpMiddle(ntpFromUnixNanos(nanosOf('2018-02-20T19:00:00Z')))).toBe(4_004_511_744)
  })
})
