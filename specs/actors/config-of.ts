import { handlerNames, type ServerConfig } from '../../src/actors/config.ts'

/** A configuration as `listen` would make it, all handlers given, with what a spec changes. */
export function configOf(changes: Partial<ServerConfig> = {}): ServerConfig {
  return {
    serverName: 'rxrtsp/test',
    handlers: handlerNames,
    udp: { rtpPort: 8000, rtcpPort: 8001 },
    multicast: false,
    readTimeoutMs: 10_000,
    writeTimeoutMs: 10_000,
    idleTimeoutMs: 60_000,
    handlerTimeoutMs: 10_000,
    checkPeriodMs: 1_000,
    senderReportPeriodMs: 10_000,
    receiverReportPeriodMs: 10_000,
    senderReports: true,
    maxReorderDelayMs: 0,
    frameGraceMs: 5_000,
    maxConnections: 100,
    maxSessions: 100,
    maxQueuedPackets: 512,
    maxQueuedBytes: 1_000_000,
    maxPacketBytes: 1472,
    ...changes,
  }
}
