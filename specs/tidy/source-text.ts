/**
 * A source file with its words told apart from its text: comments, strings, templates and regular expressions are
 * blanked with spaces, so that a rule about code is not tripped by a sentence, and offsets and lines stay what they are.
 * This is a scanner of fifty lines and not a parser; it knows what the formatter lets through.
 */

/** A file in two forms of the same length. */
export interface SourceText {
  /** Path from the root of the repository, with forward slashes. */
  readonly path: string
  readonly raw: string
  /** Code only. Quotes stay, what is between them is blank; code inside `${}` stays. */
  readonly code: string
}

/** After one of these a slash starts a regular expression, after anything else it divides. */
const beforeRegularExpression = /(?:^|[=(,:;[!&|?{}+\-*%~^<>\n]|\b(?:return|typeof|case|in|of|void|await|yield))\s*$/u

/** Tells code from text. */
export function readSource(path: string, raw: string): SourceText {
  const code = [...raw.split('')]
  const blank = (from: number, to: number) => {
    for (let at = from; at < to; at += 1) if (code[at] !== '\n') code[at] = ' '
  }
  /** Depths of braces at which a template goes on. */
  const templates: number[] = []
  let depth = 0
  let at = 0
  while (at < raw.length) {
    const end = textEnd(raw, at, code)
    const character = raw[at]
    if (end > at) {
      const isComment = character === '/' && (raw[at + 1] === '/' || raw[at + 1] === '*')
      blank(isComment ? at : at + 1, isComment ? end : end - 1)
      at = end
    } else if (character === '`' || (character === '}' && templates.at(-1) === depth)) {
      if (character === '}') templates.pop()
      const stop = templateStop(raw, at + 1)
      const opensCode = raw.startsWith('${', stop)
      blank(at + 1, stop)
      if (opensCode) templates.push(depth)
      at = stop + (opensCode ? 2 : 1)
    } else {
      if (character === '{') depth += 1
      if (character === '}') depth -= 1
      at += 1
    }
  }
  return { path, raw, code: code.join('') }
}

/** Line of an offset, from 1. */
export function lineAt(source: SourceText, offset: number): number {
  return source.raw.slice(0, offset).split('\n').length
}

/** End of the comment, string or regular expression that starts here; `at` itself if none does. */
function textEnd(raw: string, at: number, code: readonly string[]): number {
  const character = raw[at]
  if (raw.startsWith('//', at)) return endOf(raw.indexOf('\n', at), raw)
  if (raw.startsWith('/*', at)) return endOf(raw.indexOf('*/', at + 2) + 2, raw, 2)
  if (character === "'" || character === '"') return quotedEnd(raw, at, character)
  if (character === '/') {
    const before = code.slice(Math.max(0, at - 40), at).join('')
    if (beforeRegularExpression.test(before)) return quotedEnd(raw, at, '/')
  }
  return at
}

function endOf(found: number, raw: string, least = 1): number {
  return found < least ? raw.length : found
}

/** End of a quoted text on one line; in a regular expression a class may hold the closing slash. */
function quotedEnd(raw: string, start: number, quote: string): number {
  let isInClass = false
  for (let at = start + 1; at < raw.length; at += 1) {
    const character = raw[at]
    if (character === '\\') at += 1
    else if (character === '\n') return start
    else if (quote === '/' && character === '[') isInClass = true
    else if (quote === '/' && character === ']') isInClass = false
    else if (character === quote && !isInClass) return at + 1
  }
  return raw.length
}

/** Where the text of a template stops: at its backtick or at the `${` of a hole. */
function templateStop(raw: string, start: number): number {
  for (let at = start; at < raw.length; at += 1) {
    if (raw[at] === '\\') at += 1
    else if (raw[at] === '`' || raw.startsWith('${', at)) return at
  }
  return raw.length
}
