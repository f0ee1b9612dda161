import { Failure } from '../../contracts/failure.ts'
import type { MikeyReader } from './mikey-reader.ts'
import type { MikeyWriter } from './mikey-writer.ts'

/**
 * The common header (RFC 3830 section 6.1) with a map of crypto sessions of the SRTP kind (section 6.1.1):
 *
 * ```
 *  version 1 | data type 0 | next payload | V 0, PRF 0 | CSB id 4 | #CS | map type 0
 *  #CS times: policy number | SSRC 4 | rollover counter 4
 * ```
 */

/** One SRTP stream that the keys are for. */
export interface MikeyCryptoSession {
  /** Number of the policy that holds for it, 0..255. */
  readonly policyNumber: number
  /** 0..2^32-1. */
  readonly ssrc: number
  /** Rollover counter at this time, 0..2^32-1. */
  readonly rollover: number
}

/** What the header says. */
export interface MikeyHeader {
  readonly nextPayload: number
  readonly bundleId: number
  readonly cryptoSessions: readonly MikeyCryptoSession[]
}

const version = 1
const initiatorWithPreSharedKey = 0
const srtpIdMap = 0

/** Reads the header. `ERR_RTSP_MIKEY_INVALID` if it is cut off or of another kind. */
export function parseHeader(reader: MikeyReader): MikeyHeader | Failure {
  const itsVersion = reader.uint8()
  const dataType = reader.uint8()
  const nextPayload = reader.uint8()
  const verificationAndPrf = reader.uint8()
  const bundleId = reader.uint32()
  const count = reader.uint8()
  const mapType = reader.uint8()
  if (reader.isShort) return invalid('header is too short')
  if (itsVersion !== version) return invalid(`unsupported version: ${itsVersion}`)
  if (dataType !== initiatorWithPreSharedKey) return invalid(`unsupported data type: ${dataType}`)
  if (verificationAndPrf >= 0x80) return invalid('verification messages are not supported')
  if (verificationAndPrf !== 0) return invalid(`unsupported PRF function: ${verificationAndPrf}`)
  if (mapType !== srtpIdMap) return invalid(`unsupported CS ID map type: ${mapType}`)
  if (reader.remaining < count * 9) return invalid('header is too short')
  const cryptoSessions = Array.from({ length: count }, () => ({
    policyNumber: reader.uint8(),
    ssrc: reader.uint32(),
    rollover: reader.uint32(),
  }))
  return { nextPayload, bundleId, cryptoSessions }
}

/** Writes the header; `sessions` are at most 255. */
export function writeHeader(
  writer: MikeyWriter,
  bundleId: number,
  nextPayload: number,
  sessions: readonly MikeyCryptoSession[],
): void {
  writer.uint8(version)
  writer.uint8(initiatorWithPreSharedKey)
  writer.uint8(nextPayload)
  writer.uint8(0)
  writer.uint32(bundleId)
  writer.uint8(sessions.length)
  writer.uint8(srtpIdMap)
  for (const session of sessions) {
    writer.uint8(session.policyNumber)
    writer.uint32(session.ssrc)
    writer.uint32(session.rollover)
  }
}

function invalid(text: string): Failure {
  return new Failure('ERR_RTSP_MIKEY_INVALID', text)
}
