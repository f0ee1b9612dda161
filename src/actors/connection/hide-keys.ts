import { headerValues, withHeader, type Headers } from '../../wire/headers/header-map.ts'

/**
 * Requests and responses as they are told to whoever listens to events: MIKEY messages hold keys in clear, and events
 * end in logs. Everything else of them is as it was on the wire.
 */

/** What stands in the place of a key. */
export const hiddenKey = '(hidden)'

/** The message without its keys; the very object if it has none. */
export function hideKeys<Message extends { readonly headers: Headers; readonly body: Uint8Array }>(
  message: Message,
): Message {
  const headers = hideHeader(message.headers)
  const body = hideAttributes(message.body)
  return headers === message.headers && body === message.body ? message : { ...message, headers, body }
}

function hideHeader(headers: Headers): Headers {
  const values = headerValues(headers, 'KeyMgmt')
  if (values.length === 0) return headers
  return withHeader(
    headers,
    'KeyMgmt',
    values.map(() => `prot=mikey;data="${hiddenKey}"`),
  )
}

const attribute = 'a=key-mgmt:'
const attributeBytes = new TextEncoder().encode(attribute)

/** `a=key-mgmt` of SDP. A body without one is not decoded. */
function hideAttributes(body: Uint8Array): Uint8Array {
  if (!contains(body, attributeBytes)) return body
  const text = new TextDecoder().decode(body)
  return new TextEncoder().encode(text.replaceAll(/a=key-mgmt:[^\r\n]*/g, `${attribute}mikey ${hiddenKey}`))
}

function contains(bytes: Uint8Array, wanted: Uint8Array): boolean {
  const [first = 0] = wanted
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true
  }
  return false
}
