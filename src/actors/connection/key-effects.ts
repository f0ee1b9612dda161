import { isFailure } from '../../contracts/failure.ts'
import { playSdp } from '../../formats/play-sdp.ts'
import { withHeader, type Headers } from '../../wire/headers/header-map.ts'
import { formatKeyMgmt } from '../../wire/headers/key-mgmt.ts'
import type { RtspResponse } from '../../wire/rtsp/message.ts'
import type { ConnectionEntry, Runtime } from '../runtime.ts'
import { mediaKeyMessage, streamKeyMessages } from '../session/key-effects.ts'
import { offerOf, readOfferedKeys, type KeyOffer } from './offered-keys.ts'
import type { AnswerKeys } from './protocol.ts'

/** Where keys come off requests and go into responses: the only two places on the way of a message that see them. */

/** Takes the keys of a SETUP aside for the session that will carry it out, and says what may be told of them. */
export function takeOfferedKeys(runtime: Runtime, entry: ConnectionEntry, headers: Headers, secure: boolean): KeyOffer {
  // In clear nobody may use them: there they are no secret.
  const keys = secure ? readOfferedKeys(headers, runtime.clock.wallNow(), runtime.config.maxKeyClockSkewMs) : null
  entry.offeredKeys = isFailure(keys) ? null : keys
  return offerOf(keys)
}

/** The response with the keys that it is to carry. Without them if they are gone meanwhile. */
export function withKeys(runtime: Runtime, response: RtspResponse, keys: AnswerKeys | null): RtspResponse {
  if (keys === null) return response
  if (keys.of === 'stream') {
    const { description, options } = keys
    const keyMgmt = streamKeyMessages(runtime, keys.streamId)
    if (keyMgmt === null) return response
    return { ...response, body: new TextEncoder().encode(playSdp(description, { ...options, keyMgmt })) }
  }
  const data = mediaKeyMessage(runtime, keys.sessionId, keys.mediaIndex)
  if (data === null) return response
  return { ...response, headers: withHeader(response.headers, 'KeyMgmt', formatKeyMgmt({ uri: keys.uri, data })) }
}
