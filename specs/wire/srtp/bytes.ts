import { isFailure, type Failure } from '../../../src/contracts/failure.ts'
import { createRtp } from '../../../src/wire/rtp/rtp-packet.ts'

/** Bytes of hexadecimal digits; blanks between them do not count. */
export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replace(/\s+/gu, ''), 'hex'))
}

/** Lower-case hexadecimal digits of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** The value, or an error that says which failure came instead. */
export function valueOf<Value>(value: Value | Failure): Value {
  if (isFailure(value)) throw new Error(`${value.code}: ${value.text}`)
  return value
}

/** Bytes of an RTP packet with a payload that tells packets apart. */
export function rtpBytes(
  ssrc: number,
  sequenceNumber: number,
  payload = Uint8Array.of(sequenceNumber, 7, 8),
): Uint8Array {
  return createRtp({ payloadType: 96, sequenceNumber, timestamp: sequenceNumber * 3000, ssrc, payload }).bytes
}

/** An empty receiver report of a source, followed by other bytes. */
export function rtcpBytes(ssrc: number, rest: readonly number[] = []): Uint8Array {
  return Uint8Array.of(0x80, 201, 0, 1, ssrc >>> 24, ssrc >>> 16, ssrc >>> 8, ssrc, ...rest)
}

/** The master key and salt of RFC 3711 B.3. */
export const vectorKeys = {
  masterKey: fromHex('E1F97A0D3E018BE0D64FA32C06DE4139'),
  masterSalt: fromHex('0EC675AD498AFEEBB6960B3AABE6'),
}
