import { z } from 'zod'
import { handlerNames, type HandlerName, type ServerConfig } from '../actors/config.ts'
import type { AuthenticationConfig, KeyConfig, ReadingConfig } from '../actors/runtime.ts'
import type { Clock } from '../contracts/clock.ts'
import type { Entropy } from '../contracts/entropy.ts'
import type { Network } from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import { authMethods, type AuthMethod } from '../wire/auth/auth-method.ts'
import { defaultMaxClockSkewMs } from '../wire/mikey/srtp-parameters.ts'
import type { ServerHandlers } from './handlers.ts'
import { multicastProblem, multicastSchema, type MulticastOptionsInit } from './multicast-options.ts'
import { readingOptionsShape, type ReadingOptions } from './stream-options.ts'
import { tlsProblem, tlsSchema, type TlsOptions } from './tls-options.ts'
import { version } from './version.ts'
import type { UserData } from './user-data.ts'

/** Options of `createRtspServer`. Everything has a default but the handlers that give the server something to do. */
export interface RtspServerOptions<Data extends UserData = UserData> extends ReadingOptions {
  /**
   * Where to listen for connections in clear. Default: every address, port 8554; nowhere if there is `listenTls`.
   * Port 0 lets the system choose. Tunnels through HTTP and WebSocket come to the same port as RTSP.
   */
  readonly listen?: { readonly host?: string; readonly port?: number }
  /** Where to listen for connections under TLS (`rtsps`, `https`, `wss`). Default: nowhere; port 8322. Needs `tls`. */
  readonly listenTls?: { readonly host?: string; readonly port?: number }
  /** Key and certificate for `listenTls`, or a function that gives a context for each connection. */
  readonly tls?: TlsOptions
  /** Time a client has to finish the TLS handshake. Default 10,000 ms. */
  readonly handshakeTimeoutMs?: number
  /**
   * UDP ports that all sessions share: RTP even, RTCP the next one; `rtpPort: 0` lets the system choose a pair.
   * Left out or `false`, transports over UDP are refused with 461 and clients fall back to TCP.
   */
  readonly udp?:
    | {
        readonly host?: string
        readonly rtpPort: number
        readonly rtcpPort?: number
        /**
         * What the system keeps of datagrams that were not read yet, bytes: exactly this or `listen` fails; 0 leaves it to
         * the system. Left out: 2 MiB, or what the system grants of it (on Linux at most `net.core.rmem_max`).
         */
        readonly receiveBufferBytes?: number
        /** Send and take several datagrams in one system call, where Linux and the optional package koffi allow it. Default true. */
        readonly batching?: boolean
      }
    | false
  /**
   * UDP multicast: who asks for it reads from a group that all such readers share, one per media. Left out or `false`,
   * it is refused with 461 and clients fall back to another transport.
   */
  readonly multicast?: MulticastOptionsInit | false
  /** What the application does about requests. A method without a handler is answered 501. */
  readonly handlers?: ServerHandlers<Data>
  /** Silence after which a publisher is given up. Default 10,000 ms. */
  readonly readTimeoutMs?: number
  /** Time without progress in writing after which a peer is given up. Default 10,000 ms. */
  readonly writeTimeoutMs?: number
  /** Silence after which a connection or a reader over UDP is given up. Clients are told 5 s less. Default 60,000 ms. */
  readonly idleTimeoutMs?: number
  /** Time a handler has to answer before the request gets 500. Default 10,000 ms. */
  readonly handlerTimeoutMs?: number
  /**
   * How long packets of a publisher over UDP may wait for a missing one before them. Default 0: until 64 later ones
   * have come, as others do; 100 to 200 ms suits live audio.
   */
  readonly maxReorderDelayMs?: number
  /** False switches sender reports off. Default true. */
  readonly senderReports?: boolean
  /** Bounds of what may wait for one slow reader before packets are dropped for it. Default 512 packets, 2 MiB. */
  readonly maxQueuedPackets?: number
  readonly maxQueuedBytes?: number
  /**
   * Largest packet that is sent, bytes: 1472 fits an Ethernet frame. Default 1472. SRTP adds 10 bytes to RTP and 14 to
   * RTCP, which are not counted: leave room for them in packets of your own, as `createPacketizer` does by default.
   */
  readonly maxPacketBytes?: number
  /** Default 10,000 each. */
  readonly maxConnections?: number
  readonly maxSessions?: number
  /**
   * How clients may prove who they are, in the order in which a 401 offers it. Default `['basic', 'digest-md5']`.
   * `digest-sha256` has to be asked for, and goes before `digest-md5`: FFmpeg gives up when it is offered last or alone.
   */
  readonly authMethods?: readonly AuthMethod[]
  /** Name of what is protected, as clients show it: printable ASCII without quotes and backslashes. Default `rxrtsp`. */
  readonly authRealm?: string
  /**
   * How far the clock of a client may be off for its SRTP keys to be taken: a MIKEY message says when it was made, and
   * old ones are refused. Default 3,600,000 ms.
   */
  readonly maxKeyClockSkewMs?: number
  /** Value of the `Server` header. Default `rxrtsp/<version>`. */
  readonly serverName?: string
  /** Periods, mostly for tests. Defaults: reports 10,000 ms, activity 1,000 ms, frames after PAUSE 5,000 ms. */
  readonly senderReportPeriodMs?: number
  readonly receiverReportPeriodMs?: number
  readonly checkPeriodMs?: number
  readonly frameGraceMs?: number
  /** Time, randomness and the network. Default: those of this machine; `rxrtsp/testing` has virtual ones. */
  readonly clock?: Clock
  readonly entropy?: Entropy
  readonly network?: Network
}

const port = z.int().min(0).max(65_535)
const duration = z.number().positive().max(86_400_000)
const count = z.int().min(1).max(1_000_000_000)

const schema = z.strictObject({
  listen: z.strictObject({ host: z.string().default(''), port: port.default(8554) }).optional(),
  listenTls: z.strictObject({ host: z.string().default(''), port: port.default(8322) }).optional(),
  tls: tlsSchema,
  handshakeTimeoutMs: duration.default(10_000),
  udp: z
    .union([
      z.literal(false),
      z.strictObject({
        host: z.string().default(''),
        rtpPort: port.refine((value) => value % 2 === 0, {
          error: (issue) => `RTP port (${String(issue.input)}) must be even`,
        }),
        rtcpPort: port.optional(),
        receiveBufferBytes: z.int().min(0).optional(),
        batching: z.boolean().default(true),
      }),
    ])
    .default(false),
  multicast: multicastSchema,
  readTimeoutMs: duration.default(10_000),
  writeTimeoutMs: duration.default(10_000),
  idleTimeoutMs: duration.default(60_000),
  handlerTimeoutMs: duration.default(10_000),
  maxReorderDelayMs: z.number().min(0).max(60_000).default(0),
  senderReports: z.boolean().default(true),
  maxQueuedPackets: count.default(512),
  maxQueuedBytes: count.default(2 * 1024 * 1024),
  slowReaders: readingOptionsShape.slowReaders.default('drop-to-random-access'),
  gopCache: readingOptionsShape.gopCache.prefault(false),
  maxPacketBytes: z.int().min(100).max(1472).default(1472),
  maxConnections: count.default(10_000),
  maxSessions: count.default(10_000),
  authMethods: z
    .array(z.enum(authMethods))
    .min(1)
    .refine((methods) => new Set(methods).size === methods.length, { error: 'each method may be named once' })
    .default(['basic', 'digest-md5']),
  authRealm: z
    .string()
    .min(1)
    .max(200)
    // It stands between quotes that know no escapes, and is hashed by the client as it was read.
    .regex(/^[ !#-[\]-~]*$/, { error: 'must be printable ASCII without quotes and backslashes' })
    .default('rxrtsp'),
  maxKeyClockSkewMs: z.number().positive().default(defaultMaxClockSkewMs),
  serverName: z.string().min(1).max(200).default(`rxrtsp/${version}`),
  senderReportPeriodMs: duration.default(10_000),
  receiverReportPeriodMs: duration.default(10_000),
  checkPeriodMs: duration.default(1_000),
  frameGraceMs: z.number().min(0).max(86_400_000).default(5_000),
})

/** Options with every default filled in and checked. */
export type ResolvedOptions = z.output<typeof schema>

/** Checks options and fills defaults. Throws ERR_RTSP_OPTIONS with a sentence per mistake. */
export function resolveOptions(options: RtspServerOptions): ResolvedOptions {
  const { handlers, clock, entropy, network, ...plain } = options
  for (const name of Object.keys(handlers ?? {})) {
    if (!(handlerNames as readonly string[]).includes(name)) {
      throw rtspError('ERR_RTSP_OPTIONS', `unknown handler '${name}', known are ${handlerNames.join(', ')}`)
    }
  }
  const result = schema.safeParse(plain)
  if (!result.success) throw rtspError('ERR_RTSP_OPTIONS', z.prettifyError(result.error))
  const { udp } = result.data
  if (udp !== false && udp.rtcpPort !== undefined && udp.rtcpPort !== (udp.rtpPort === 0 ? 0 : udp.rtpPort + 1)) {
    throw rtspError('ERR_RTSP_OPTIONS', `RTP (${udp.rtpPort}) and RTCP (${udp.rtcpPort}) ports must be consecutive`)
  }
  const problem =
    multicastProblem(result.data.multicast, udp) ?? tlsProblem(result.data.listenTls !== undefined, result.data.tls)
  if (problem !== null) throw rtspError('ERR_RTSP_OPTIONS', problem)
  return result.data
}

/** What reducers need to know, once the ports are bound. */
export function serverConfig(
  options: ResolvedOptions,
  handlers: ServerHandlers,
  udp: { readonly rtpPort: number; readonly rtcpPort: number } | null,
): ServerConfig & AuthenticationConfig & ReadingConfig & KeyConfig {
  const { listen, listenTls, tls, handshakeTimeoutMs, udp: udpOption, multicast, ...limits } = options
  return {
    ...limits,
    udp,
    multicast: multicast !== undefined,
    offersKeys: listenTls !== undefined,
    handlers: handlerNames.filter((name: HandlerName) => typeof handlers[name] === 'function'),
  }
}
