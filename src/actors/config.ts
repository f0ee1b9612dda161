import type { Millis } from '../contracts/units.ts'

/** Names of the request handlers an application may give. Their presence changes OPTIONS and the answer 501. */
export const handlerNames = [
  'describe',
  'announce',
  'setup',
  'play',
  'record',
  'pause',
  'getParameter',
  'setParameter',
] as const
/** Name of a handler of `ServerOptions.handlers`: what errors and events of a handler call it by. */
export type HandlerName = (typeof handlerNames)[number]

/** Everything reducers need to know of the options, as plain data: options with their defaults filled in. */
export interface ServerConfig {
  /** Value of the `Server` header. */
  readonly serverName: string
  /** Which handlers the application gave. */
  readonly handlers: readonly HandlerName[]
  /** UDP unicast ports, `null` when UDP is off. */
  readonly udp: { readonly rtpPort: number; readonly rtcpPort: number } | null
  /** Whether readers may ask for multicast. */
  readonly multicast: boolean
  readonly readTimeoutMs: Millis
  readonly writeTimeoutMs: Millis
  readonly idleTimeoutMs: Millis
  readonly handlerTimeoutMs: Millis
  /** How often a playing or recording session looks at its activity. */
  readonly checkPeriodMs: Millis
  readonly senderReportPeriodMs: Millis
  readonly receiverReportPeriodMs: Millis
  readonly senderReports: boolean
  /** How long interleaved frames are still tolerated after PAUSE or TEARDOWN. */
  readonly frameGraceMs: Millis
  readonly maxConnections: number
  readonly maxSessions: number
  /** Bounds of what may wait for one reader. */
  readonly maxQueuedPackets: number
  readonly maxQueuedBytes: number
  /** How long packets over UDP wait for a missing one before them; 0: until 64 later ones have come. */
  readonly maxReorderDelayMs: Millis
  /** Largest RTP or RTCP packet that is sent, bytes. */
  readonly maxPacketBytes: number
}
