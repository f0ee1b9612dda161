import type { ErrorCode } from '../../contracts/error-table.ts'
import { Failure } from '../../contracts/failure.ts'

/**
 * Most RTSP headers are a list of `key=value`, `key="value"` or bare keys. One scanner reads them all. It knows no
 * escapes inside quotes, because no peer writes them and a backslash is a legal character of a password or a path.
 */

/** Keys in lower case (devices write `Client_Port`), in the order of the value; a bare key has the value `''`. */
export type KeyValues = ReadonlyMap<string, string>

/**
 * Reads `key[=value]` pairs that are divided by `separator`. Blanks around keys and unquoted values are dropped, empty
 * pairs are skipped, of a repeated key the last value holds. A quote that is not closed is a failure of `code`.
 */
export function parseKeyValues(text: string, separator: ';' | ',', code: ErrorCode): KeyValues | Failure {
  const pairs = new Map<string, string>()
  let position = 0
  while (position < text.length) {
    const keyEnd = indexOfEither(text, '=', separator, position)
    const key = text.slice(position, keyEnd).trim().toLowerCase()
    position = keyEnd
    let value = ''
    if (text[position] === '=') {
      position = skipBlanks(text, position + 1)
      if (text[position] === '"') {
        const close = text.indexOf('"', position + 1)
        if (close < 0) return new Failure(code, `quotes not closed (${text})`)
        value = text.slice(position + 1, close)
        position = close + 1
      } else {
        const valueEnd = indexOfEither(text, separator, separator, position)
        value = text.slice(position, valueEnd).trim()
        position = valueEnd
      }
    }
    if (key !== '') pairs.set(key, value)
    position = skipBlanks(text, position)
    if (text[position] === separator) position += 1
  }
  return pairs
}

/** `key="value"`. Characters that would end the quotes or the line are dropped: they have no escape. */
export function quoted(key: string, value: string): string {
  return `${key}="${value.replace(/["\r\n]/g, '')}"`
}

/** An unsigned decimal number up to `maximum`, or `undefined`: no sign, no fraction, no blanks. */
export function parseUnsigned(text: string | undefined, maximum: number): number | undefined {
  if (text === undefined || text.length > 16 || !/^[0-9]+$/.test(text)) return undefined
  const value = Number(text)
  return value <= maximum ? value : undefined
}

function indexOfEither(text: string, first: string, second: string, from: number): number {
  let position = from
  while (position < text.length && text[position] !== first && text[position] !== second) position += 1
  return position
}

function skipBlanks(text: string, from: number): number {
  let position = from
  while (text[position] === ' ' || text[position] === '\t') position += 1
  return position
}
