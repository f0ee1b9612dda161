/**
 * NTP time stamps of sender reports (RFC 3550 section 4): 32 bits of seconds since 1900 and 32 bits of fraction. They
 * are kept as two numbers, because a double cannot hold 64 bits and a bigint per report is only worth its price at the
 * public edge, where nanoseconds are wanted.
 *
 * The seconds wrap in February 2036. As RFC 4330 section 3 advises, values with the top bit clear are read as lying
 * after the wrap, so what is written stays readable from 1968 to 2104.
 */

/** An NTP time stamp. */
export interface NtpTime {
  /** Seconds since 1900-01-01T00:00:00Z modulo 2^32, 0..4294967295. */
  readonly seconds: number
  /** Fraction of the second in units of 2^-32 s, 0..4294967295. */
  readonly fraction: number
}

/** Seconds from 1900-01-01 to 1970-01-01. */
const unixEpochSeconds = 2_208_988_800
const nanosPerSecond = 1_000_000_000n

/** NTP time of nanoseconds since 1970, rounded to the nearest 2^-32 s. Never fails; years beyond an era wrap. */
export function ntpFromUnixNanos(nanos: bigint): NtpTime {
  const remainder = nanos % nanosPerSecond
  const nanosOfSecond = remainder < 0n ? remainder + nanosPerSecond : remainder
  const unixSeconds = (nanos - nanosOfSecond) / nanosPerSecond
  return {
    seconds: Number(BigInt.asUintN(32, unixSeconds + BigInt(unixEpochSeconds))),
    fraction: Number(((nanosOfSecond << 32n) + nanosPerSecond / 2n) / nanosPerSecond),
  }
}

/** Nanoseconds since 1970 of an NTP time, rounded to the nearest nanosecond. */
export function ntpToUnixNanos(time: NtpTime): bigint {
  const nanos = (BigInt(time.fraction) * nanosPerSecond + 0x8000_0000n) >> 32n
  return BigInt(unixSecondsOf(time)) * nanosPerSecond + nanos
}

/** Milliseconds since 1970 of nanoseconds since 1970; about 0.2 microseconds survive. */
export function unixMillisFromNanos(nanos: bigint): number {
  const millis = nanos / 1_000_000n
  return Number(millis) + Number(nanos - millis * 1_000_000n) / 1_000_000
}

/** NTP time of milliseconds since 1970; fractions of a millisecond count, as far as a double has them. */
export function ntpFromUnixMillis(millis: number): NtpTime {
  let unixSeconds = Math.floor(millis / 1000)
  let fraction = Math.round(((millis - unixSeconds * 1000) * 0x1_0000_0000) / 1000)
  if (fraction >= 0x1_0000_0000) {
    fraction -= 0x1_0000_0000
    unixSeconds += 1
  }
  return { seconds: modulo32(unixSeconds + unixEpochSeconds), fraction }
}

/** The middle 32 bits: seconds modulo 65536 and a 16-bit fraction, as the LSR field has it (RFC 3550 section 6.4.1). */
export function ntpMiddle(time: NtpTime): number {
  return (((time.seconds & 0xffff) << 16) | (time.fraction >>> 16)) >>> 0
}

function unixSecondsOf(time: NtpTime): number {
  const era = time.seconds >= 0x8000_0000 ? 0 : 0x1_0000_0000
  return time.seconds + era - unixEpochSeconds
}

/** Modulo 2^32 of a number that may be far outside of 32 bits. */
function modulo32(value: number): number {
  const rest = value % 0x1_0000_0000
  return rest < 0 ? rest + 0x1_0000_0000 : rest
}
