/**
 * The command line. `parseArgs` of Node splits it into tokens; what the options mean is said in one table, and each
 * mistake is answered with a sentence that says what to write instead. Nothing here prints or exits: the result is a
 * value that `main` acts on.
 */

import { parseArgs } from 'node:util'
import { defaultMulticastPort, readMulticast, type ProgramMulticast } from './multicast-option.ts'
import { nearestWord } from './nearest-word.ts'
import { readTls, type ProgramTls } from './tls-option.ts'

/** From which level on the program logs; `silent` logs nothing. */
export const logThresholds = ['debug', 'info', 'warn', 'error', 'silent'] as const
/** One of `logThresholds`. */
export type LogThreshold = (typeof logThresholds)[number]

/** What the program was asked to do. */
export interface ProgramOptions {
  /** Address or name to listen on; empty means every address of the machine. IPv6 without brackets. */
  readonly host: string
  /** TCP port, 0 to 65535; 0 lets the system choose. */
  readonly port: number
  /** `undefined`: no TLS. */
  readonly tls: ProgramTls | undefined
  /** UDP port for RTP, even; RTCP has the next one. `undefined`: no UDP. */
  readonly rtpPort: number | undefined
  /** `undefined`: no multicast. */
  readonly multicast: ProgramMulticast | undefined
  /** True: serve the built-in clip. */
  readonly hasDemo: boolean
  /** True: a new publisher of a path replaces the one before it. */
  readonly allowsTakeover: boolean
  /** True: streams keep the packets since their last key picture for new readers. */
  readonly hasGopCache: boolean
  readonly logLevel: LogThreshold
}

/** What the command line came to. */
export type CommandLine =
  | { readonly kind: 'run'; readonly options: ProgramOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** `message` is a sentence for people, in one line. */
  | { readonly kind: 'error'; readonly message: string }

/** What is meant when the command line says nothing. */
export const defaultProgramOptions: ProgramOptions = {
  host: '',
  port: 8554,
  tls: undefined,
  rtpPort: 8000,
  multicast: undefined,
  hasDemo: true,
  allowsTakeover: false,
  hasGopCache: false,
  logLevel: 'info',
}

const optionTable = {
  host: { type: 'string' },
  port: { type: 'string' },
  'tls-port': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-cert': { type: 'string' },
  'rtp-port': { type: 'string' },
  'no-udp': { type: 'boolean' },
  'multicast-range': { type: 'string' },
  'multicast-port': { type: 'string' },
  'multicast-interface': { type: 'string' },
  'no-demo': { type: 'boolean' },
  'allow-takeover': { type: 'boolean' },
  'gop-cache': { type: 'boolean' },
  'log-level': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

type OptionName = keyof typeof optionTable

/**
 * Reads the arguments behind the program's name. `--help` wins over everything, then mistakes are told, then
 * `--version`. An option that is given twice counts as it was given last.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { tokens } = parseArgs({ args: [...args], options: optionTable, strict: false, tokens: true })
  const given = new Map<OptionName, string>()
  let mistake: string | undefined
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      mistake ??= `unexpected argument '${token.value}': rxrtsp takes options only, see rxrtsp --help`
    } else if (!isOptionName(token.name)) {
      mistake ??= unknownOption(token.rawName)
    } else {
      mistake ??= valueMistake(token.name, token.rawName, token.value, token.inlineValue)
      given.set(token.name, token.value ?? '')
    }
  }
  if (given.has('help')) return { kind: 'help' }
  if (mistake !== undefined) return { kind: 'error', message: mistake }
  if (given.has('version')) return { kind: 'version' }
  return readOptions(given)
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(optionTable, name)
}

function unknownOption(rawName: string): string {
  const names = Object.keys(optionTable).map((name) => `--${name}`)
  const nearest = nearestWord(rawName, names)
  const hint = nearest === undefined ? 'see rxrtsp --help' : `did you mean ${nearest}?`
  return `unknown option ${rawName}: ${hint}`
}

/** Tells whether an option has a value exactly when it takes one. */
function valueMistake(
  name: OptionName,
  rawName: string,
  value: string | undefined,
  isInline: boolean | undefined,
): string | undefined {
  if (optionTable[name].type === 'boolean') {
    return value === undefined ? undefined : `option ${rawName} takes no value: write just ${rawName}`
  }
  // `--port --no-udp`: the next option was taken for the value.
  const isMissing = value === undefined || value === '' || (isInline !== true && value.startsWith('--'))
  return isMissing ? `option ${rawName} needs a value, for example ${rawName} ${exampleOf(name)}` : undefined
}

function exampleOf(name: OptionName): string {
  switch (name) {
    case 'host':
      return '127.0.0.1'
    case 'port':
      return String(defaultProgramOptions.port)
    case 'tls-port':
      return '8322'
    case 'tls-key':
      return 'key.pem'
    case 'tls-cert':
      return 'cert.pem'
    case 'rtp-port':
      return String(defaultProgramOptions.rtpPort)
    case 'multicast-range':
      return '239.255.0.0/16'
    case 'multicast-port':
      return String(defaultMulticastPort)
    case 'multicast-interface':
      return 'eth0'
    case 'log-level':
      return 'debug'
    case 'no-udp':
    case 'no-demo':
    case 'allow-takeover':
    case 'gop-cache':
    case 'help':
    case 'version':
      return ''
  }
}

function readOptions(given: ReadonlyMap<OptionName, string>): CommandLine {
  const host = readHost(given.get('host'))
  if (typeof host === 'object') return host
  const port = readPort(given.get('port'))
  if (typeof port === 'object') return port
  const tls = readTls({ port: given.get('tls-port'), key: given.get('tls-key'), cert: given.get('tls-cert') }, port)
  if (tls !== undefined && 'mistake' in tls) return mistake(tls.mistake)
  const rtpPort = readRtpPort(given.get('rtp-port'), given.has('no-udp'))
  if (typeof rtpPort === 'object') return rtpPort
  const multicast = readMulticast(
    {
      range: given.get('multicast-range'),
      port: given.get('multicast-port'),
      interface: given.get('multicast-interface'),
    },
    rtpPort,
  )
  if (multicast !== undefined && 'mistake' in multicast) return mistake(multicast.mistake)
  const logLevel = readLogLevel(given.get('log-level'))
  if (typeof logLevel === 'object') return logLevel
  return {
    kind: 'run',
    options: {
      host,
      port,
      tls,
      rtpPort,
      multicast,
      hasDemo: !given.has('no-demo'),
      allowsTakeover: given.has('allow-takeover'),
      hasGopCache: given.has('gop-cache'),
      logLevel,
    },
  }
}

type Mistake = Extract<CommandLine, { kind: 'error' }>

function mistake(message: string): Mistake {
  return { kind: 'error', message }
}

function readHost(text: string | undefined): string | Mistake {
  if (text === undefined) return defaultProgramOptions.host
  const withoutBrackets = /^\[([^\]]+)\]$/.exec(text)?.[1] ?? text
  if (withoutBrackets.includes('/')) return mistake(`--host takes an address or a name, not a URL: '${text}'`)
  const portAtEnd = /^(?:\[[^\]]+\]|[^:]+):(\d+)$/.exec(text)?.[1]
  if (portAtEnd !== undefined) return mistake(`--host takes no port: write --port ${portAtEnd} for it`)
  if (/[\s[\]]/.test(withoutBrackets)) return mistake(`--host is not an address or a name: '${text}'`)
  return withoutBrackets
}

function readPort(text: string | undefined): number | Mistake {
  if (text === undefined) return defaultProgramOptions.port
  const port = readWholeNumber(text)
  if (port !== undefined && port <= 65535) return port
  return mistake(`--port must be a number from 0 to 65535 (0 picks a free one), not '${text}'`)
}

function readRtpPort(text: string | undefined, isWithoutUdp: boolean): number | undefined | Mistake {
  if (isWithoutUdp) {
    return text === undefined
      ? undefined
      : mistake('--rtp-port and --no-udp contradict each other: leave out one of them')
  }
  if (text === undefined) return defaultProgramOptions.rtpPort
  const port = readWholeNumber(text)
  if (port === undefined || port < 2 || port > 65534) {
    return mistake(`--rtp-port must be an even number from 2 to 65534, not '${text}'`)
  }
  if (port % 2 === 0) return port
  return mistake(`--rtp-port must be even, because RTCP takes the port after it: write --rtp-port ${port - 1}`)
}

function readLogLevel(text: string | undefined): LogThreshold | Mistake {
  if (text === undefined) return defaultProgramOptions.logLevel
  const level = logThresholds.find((threshold) => threshold === text.toLowerCase())
  if (level !== undefined) return level
  return mistake(`--log-level must be one of ${logThresholds.join(', ')}, not '${text}'`)
}

/** Decimal digits only: no sign, no fraction, no blanks, no hexadecimal. */
function readWholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
