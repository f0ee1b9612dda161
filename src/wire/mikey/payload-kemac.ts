import { Failure, isFailure } from '../../contracts/failure.ts'
import { parseKeyData, writeKeyData, type MikeyKeyData } from './key-data.ts'
import { MikeyReader } from './mikey-reader.ts'
import { MikeyWriter } from './mikey-writer.ts'

/**
 * The key data transport payload, KEMAC (RFC 3830 section 6.2):
 *
 * ```
 *  encryption 0 (NULL) | length 2 | key data sub-payloads | MAC 0 (NULL)
 * ```
 *
 * Neither encrypted nor authenticated, which is fine inside of TLS and nowhere else.
 */

/** Keys in clear. */
export interface MikeyKemac {
  readonly kind: 'kemac'
  readonly keys: readonly MikeyKeyData[]
}

const nullAlgorithm = 0
const keyDataPayload = 20
const lastPayload = 0

/** Reads what follows the next-payload byte. `ERR_RTSP_MIKEY_INVALID` if something is encrypted or lengths disagree. */
export function parseKemac(reader: MikeyReader): MikeyKemac | Failure {
  const encryption = reader.uint8()
  if (encryption !== nullAlgorithm) return invalid(`unsupported encryption algorithm: ${encryption}`)
  const data = reader.bytes(reader.uint16())
  const mac = reader.uint8()
  if (reader.isShort) return invalid('message is too short')
  if (mac !== nullAlgorithm) return invalid(`unsupported MAC algorithm: ${mac}`)
  const keys = parseKeys(new MikeyReader(data))
  return isFailure(keys) ? keys : { kind: 'kemac', keys }
}

/** Writes what follows the next-payload byte. */
export function writeKemac(writer: MikeyWriter, payload: MikeyKemac): void {
  const data = new MikeyWriter()
  payload.keys.forEach((key, index) => {
    data.uint8(index + 1 < payload.keys.length ? keyDataPayload : lastPayload)
    writeKeyData(data, key)
  })
  writer.uint8(nullAlgorithm)
  writer.uint16(data.length)
  writer.bytes(data.toBytes())
  writer.uint8(nullAlgorithm)
}

/** The sub-payloads, of which the last one has to end with the data. The length field bounds their number. */
function parseKeys(reader: MikeyReader): readonly MikeyKeyData[] | Failure {
  const keys: MikeyKeyData[] = []
  let next = reader.remaining === 0 ? lastPayload : keyDataPayload
  while (next !== lastPayload) {
    if (next !== keyDataPayload) return invalid(`unsupported key data type: ${next}`)
    next = reader.uint8()
    const key = parseKeyData(reader)
    if (isFailure(key)) return key
    if (reader.isShort) return invalid('key data is too short')
    keys.push(key)
  }
  return reader.remaining === 0 ? keys : invalid(`${reader.remaining} unread bytes of key data`)
}

function invalid(text: string): Failure {
  return new Failure('ERR_RTSP_MIKEY_INVALID', text)
}
