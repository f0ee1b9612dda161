import { Failure, isFailure } from '../../contracts/failure.ts'
import { MikeyReader } from './mikey-reader.ts'
import { MikeyWriter } from './mikey-writer.ts'
import { parseHeader, writeHeader, type MikeyCryptoSession } from './header.ts'
import { parseKemac, writeKemac, type MikeyKemac } from './payload-kemac.ts'
import { parsePolicy, writePolicy, type MikeyPolicy } from './payload-policy.ts'
import { parseRand, writeRand, type MikeyRand } from './payload-rand.ts'
import { parseTimestamp, writeTimestamp, type MikeyTimestamp } from './payload-timestamp.ts'

/**
 * A MIKEY message (RFC 3830 section 6): a header and a chain of payloads, each of which names the kind of the next one
 * in its first byte. Only what RTSP devices exchange is known, that is the initiator's message with a pre-shared key,
 * in which nothing is encrypted because it travels inside of TLS; anything else is refused, not skipped, since a
 * message that is half understood would give wrong keys.
 */

/** One payload, by its kind. */
export type MikeyPayload = MikeyTimestamp | MikeyRand | MikeyPolicy | MikeyKemac

/** A message as read or to be written. */
export interface MikeyMessage {
  /** Names the bundle of crypto sessions, 0..2^32-1; random. */
  readonly bundleId: number
  /** SSRCs and their rollover counters; at most 255. */
  readonly cryptoSessions: readonly MikeyCryptoSession[]
  /** In the order of the wire. */
  readonly payloads: readonly MikeyPayload[]
}

/** Most payloads of one message; four are in use. */
export const maxMikeyPayloads = 32

/** Values of the next-payload field (RFC 3830 section 6.1). */
const payloadCodes = { kemac: 1, timestamp: 5, policy: 10, rand: 11 } as const
const lastPayload = 0

/**
 * Reads a message. Byte fields of the result are copies. One byte behind the last payload is let through, and any
 * number of them if the first is 0: recorders pad with it. Failure: `ERR_RTSP_MIKEY_INVALID`.
 */
export function parseMikey(bytes: Uint8Array): MikeyMessage | Failure {
  const reader = new MikeyReader(bytes)
  const header = parseHeader(reader)
  if (isFailure(header)) return header
  const payloads: MikeyPayload[] = []
  let next = header.nextPayload
  while (next !== lastPayload) {
    if (payloads.length === maxMikeyPayloads) return invalid('too many payloads')
    const code = next
    next = reader.uint8()
    const payload = parsePayload(code, reader)
    if (isFailure(payload)) return payload
    if (reader.isShort) return invalid('message is too short')
    payloads.push(payload)
  }
  const left = reader.remaining
  if (left > 1 && reader.uint8() !== 0) return invalid(`${left} unread bytes at the end`)
  return { bundleId: header.bundleId, cryptoSessions: header.cryptoSessions, payloads }
}

/**
 * Bytes of a message, in a fresh array. Throws `ERR_RTSP_USAGE` if something does not fit into its field; a message
 * from `parseMikey` or `createMikey` always fits.
 */
export function encodeMikey(message: MikeyMessage): Uint8Array {
  const writer = new MikeyWriter()
  writeHeader(writer, message.bundleId, codeAt(message.payloads, 0), message.cryptoSessions)
  message.payloads.forEach((payload, index) => {
    writer.uint8(codeAt(message.payloads, index + 1))
    writePayload(writer, payload)
  })
  return writer.toBytes()
}

function codeAt(payloads: readonly MikeyPayload[], index: number): number {
  const payload = payloads[index]
  return payload === undefined ? lastPayload : payloadCodes[payload.kind]
}

function parsePayload(code: number, reader: MikeyReader): MikeyPayload | Failure {
  switch (code) {
    case payloadCodes.timestamp:
      return parseTimestamp(reader)
    case payloadCodes.rand:
      return parseRand(reader)
    case payloadCodes.policy:
      return parsePolicy(reader)
    case payloadCodes.kemac:
      return parseKemac(reader)
    default:
      return invalid(`unsupported payload type: ${code}`)
  }
}

function writePayload(writer: MikeyWriter, payload: MikeyPayload): void {
  switch (payload.kind) {
    case 'timestamp':
      writeTimestamp(writer, payload)
      break
    case 'rand':
      writeRand(writer, payload)
      break
    case 'policy':
      writePolicy(writer, payload)
      break
    case 'kemac':
      writeKemac(writer, payload)
      break
  }
}

function invalid(text: string): Failure {
  return new Failure('ERR_RTSP_MIKEY_INVALID', text)
}
