import { createResponse, type RtspResponse } from '../wire/rtsp/message.ts'
import type { HandlerName, ServerConfig } from './config.ts'

/** OPTIONS is answered alike by connections and sessions, from nothing but the handlers that the application gave. */

const publicMethods: readonly (readonly [method: string, handler: HandlerName | null])[] = [
  ['DESCRIBE', 'describe'],
  ['ANNOUNCE', 'announce'],
  ['SETUP', 'setup'],
  ['PLAY', 'play'],
  ['RECORD', 'record'],
  ['PAUSE', 'pause'],
  ['GET_PARAMETER', null],
  ['SET_PARAMETER', 'setParameter'],
  ['TEARDOWN', null],
]

/** OPTIONS: `Public` lists what the application's handlers make possible, in a fixed order (spec 2.3). */
export function answerOptions(config: ServerConfig): RtspResponse {
  return createResponse(200, { Public: methodsOf(config) })
}

/** Every client asks, and the answer never changes. */
const known = new WeakMap<ServerConfig, string>()

function methodsOf(config: ServerConfig): string {
  const found = known.get(config)
  if (found !== undefined) return found
  const methods = publicMethods.filter(([, handler]) => handler === null || config.handlers.includes(handler))
  const text = methods.map(([method]) => method).join(', ')
  known.set(config, text)
  return text
}
