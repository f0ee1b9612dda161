/**
 * The log of the program: one line per event, with a time stamp, for people. What a peer can put into a message (paths,
 * addresses, reasons) must not be able to end the line or to talk to the terminal, so control characters are written as
 * escapes. Streams, the clock and the environment come from outside; nothing here is global.
 */

import type { UnixMillis } from '../contracts/units.ts'
import type { LogThreshold } from './options.ts'

/** Weight of an event. */
export type LogLevel = Exclude<LogThreshold, 'silent'>

/** Where lines go; `process.stdout` and `process.stderr` are such. */
export interface LogStream {
  write(text: string): unknown
  /** True when a person looks at it; only then there are colours. */
  readonly isTTY?: boolean
}

/** Facts behind the message, written `key=value`. Those that are `undefined` are left out. */
export type LogDetails = Readonly<Record<string, string | number | boolean | undefined>>

/** Options of a logger. */
export interface LoggerOptions {
  readonly level: LogThreshold
  readonly wallNow: () => UnixMillis
  /** Takes `debug` and `info`. */
  readonly output: LogStream
  /** Takes `warn` and `error`. */
  readonly errorOutput: LogStream
  /** Environment variables; a `NO_COLOR` that is not empty switches colours off (no-color.org). */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const severities: Readonly<Record<LogThreshold, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 }

/** SGR codes: grey, green, yellow, red. */
const colours: Readonly<Record<LogLevel, number>> = { debug: 90, info: 32, warn: 33, error: 31 }

/** Longest message or value that is printed; a peer does not decide how long our lines are. */
const longestText = 1000

/** Writes the log. `logger.info('publishing', { path: 'live', session: 's1' })`. */
export class Logger {
  readonly #options: LoggerOptions

  constructor(options: LoggerOptions) {
    this.#options = options
  }

  /** True when events of this level are written; saves building details for nothing. */
  isEnabled(level: LogLevel): boolean {
    return severities[level] >= severities[this.#options.level]
  }

  debug(message: string, details?: LogDetails): void {
    this.log('debug', message, details)
  }

  info(message: string, details?: LogDetails): void {
    this.log('info', message, details)
  }

  warn(message: string, details?: LogDetails): void {
    this.log('warn', message, details)
  }

  error(message: string, details?: LogDetails): void {
    this.log('error', message, details)
  }

  /** Writes one line, if the level is enabled: `2026-01-31 12:00:00.000 INFO  publishing path=live`. Time is UTC. */
  log(level: LogLevel, message: string, details: LogDetails = {}): void {
    if (!this.isEnabled(level)) return
    const stream = severities[level] >= severities.warn ? this.#options.errorOutput : this.#options.output
    const time = new Date(this.#options.wallNow()).toISOString().replace('T', ' ')
    const facts = Object.entries(details).map(([key, value]) => (value === undefined ? '' : ` ${key}=${quoted(value)}`))
    const name = level.toUpperCase().padEnd(5)
    const text = `${clean(message)}${facts.join('')}`
    const isColoured = stream.isTTY === true && (this.#options.environment['NO_COLOR'] ?? '') === ''
    stream.write(isColoured ? `${dim(time)} ${paint(name, colours[level])} ${text}\n` : `${time} ${name} ${text}\n`)
  }
}

/** Quotes what would not be read back as one word. */
function quoted(value: string | number | boolean): string {
  const text = clean(String(value))
  return text === '' || /[\s"=]/.test(text) ? `"${text.replaceAll('"', '\\"')}"` : text
}

/** Control characters, also the 8-bit ones, line separators and the marks that turn the direction of text around. */
const unprintable = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

function clean(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}...` : text
  return short.replace(unprintable, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

function paint(text: string, colour: number): string {
  return `\u001b[${colour}m${text}\u001b[39m`
}

function dim(text: string): string {
  return `\u001b[2m${text}\u001b[22m`
}
