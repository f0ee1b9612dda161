#!/usr/bin/env node
import { networkInterfaces } from 'node:os'
import { createRtspServer, type RtspServer } from '../index.ts'
import { createNodeClock } from '../io/node-clock.ts'
import { bannerLines, reachableAddresses } from './banner.ts'
import { DemoSource } from './demo/demo-source.ts'
import { helpText } from './help.ts'
import { explainListenError } from './listen-error.ts'
import { Logger } from './logger.ts'
import { unknownInterface } from './multicast-option.ts'
import { parseCommandLine, type ProgramOptions } from './options.ts'
import { Relay } from './relay.ts'
import { installSignalHandlers } from './signals.ts'
import { watchTlsFiles, type TlsFiles } from './tls-files.ts'
import type { ProgramTls } from './tls-option.ts'
import { packageVersion } from './version.ts'

/** The program `rxrtsp`: a server that relays whoever publishes to whoever reads, and shows a demo until then. */

const demoPath = 'demo'

/** Exit status of a command line that cannot be understood, as `getopt` programs have it. */
const usageStatus = 2

async function main(): Promise<void> {
  const commandLine = parseCommandLine(process.argv.slice(2))
  switch (commandLine.kind) {
    case 'help':
      process.stdout.write(helpText)
      return
    case 'version':
      process.stdout.write(`${packageVersion()}\n`)
      return
    case 'error':
      process.stderr.write(`rxrtsp: ${commandLine.message}\n`)
      process.exitCode = usageStatus
      return
    case 'run':
      await run(commandLine.options)
  }
}

async function run(options: ProgramOptions): Promise<void> {
  const clock = createNodeClock()
  const logger = new Logger({
    level: options.logLevel,
    output: process.stdout,
    errorOutput: process.stderr,
    environment: process.env,
    wallNow: () => clock.wallNow(),
  })
  const relay: Relay = new Relay({ allowsTakeover: options.allowsTakeover, logger, server: () => server })
  let tls: TlsFiles | undefined
  try {
    tls = options.tls === undefined ? undefined : openTlsFiles(options.tls, logger)
  } catch (error) {
    const { keyFile = '', certFile = '' } = options.tls ?? {}
    const why = messageOf(error)
    process.stderr.write(`rxrtsp: the key ${keyFile} or the certificate ${certFile} cannot be used: ${why}\n`)
    process.exitCode = 1
    return
  }
  const unknown = unknownInterface(options.multicast?.interfaces ?? [], networkInterfaces())
  if (unknown !== undefined) {
    process.stderr.write(`rxrtsp: ${unknown}\n`)
    process.exitCode = usageStatus
    return
  }
  const server = createRtspServer({
    listen: { host: options.host, port: options.port },
    ...(tls === undefined
      ? {}
      : { listenTls: { host: options.host, port: options.tls?.port ?? 0 }, tls: { secureContext: tls } }),
    udp: options.rtpPort === undefined ? false : { host: options.host, rtpPort: options.rtpPort },
    multicast: options.multicast ?? false,
    gopCache: options.hasGopCache,
    handlers: relay.handlers,
    clock,
  })
  server.events$.subscribe({ next: relay.onEvent, error: () => undefined })

  try {
    await server.listen()
  } catch (error) {
    const { host, port, rtpPort } = options
    const attempt = { host, port, rtpPort, tlsPort: options.tls?.port }
    process.stderr.write(`rxrtsp: ${explainListenError(error, attempt)}\n`)
    process.exitCode = 1
    return
  }

  const demo = options.hasDemo ? startDemo(server, relay) : null
  installSignalHandlers(process, {
    close: async () => {
      demo?.stop()
      relay.isClosing = true
      await server.close()
    },
    exit: (status) => process.exit(status),
    onClosing: (signal) => logger.info('closing', { signal }),
    onCloseFailed: (error) => logger.error('cannot close', { why: String(error) }),
  })
  for (const line of banner(server, options)) process.stdout.write(`${line}\n`)

  const { udp } = server.address
  if (udp !== null) logger.debug('UDP batching', { mode: udp.batching.mode, why: udp.batching.reason || undefined })

  const reason = await server.closed
  if (reason.code !== 'ERR_RTSP_TERMINATED') {
    logger.error('the server has ended', { why: reason.message })
    process.exit(1)
  }
}

function openTlsFiles(tls: ProgramTls, logger: Logger): TlsFiles {
  return watchTlsFiles(
    tls,
    () => logger.info('certificate renewed', { cert: tls.certFile }),
    (why) => logger.error('the new certificate cannot be used, the old one stays', { cert: tls.certFile, why }),
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function startDemo(server: RtspServer, relay: Relay): DemoSource {
  const demo = new DemoSource({ clock: createNodeClock() })
  const stream = server.createStream(demo.description)
  relay.reserve(demoPath, stream)
  demo.start((mediaIndex, rtp, ntp) => {
    if (!stream.isClosed) stream.writeRtp(mediaIndex, rtp, { ntp })
  })
  return demo
}

function banner(server: RtspServer, options: ProgramOptions): readonly string[] {
  const { port, tls, udp } = server.address
  return bannerLines({
    version: packageVersion(),
    host: options.host,
    port,
    tlsPort: tls?.port,
    rtpPort: udp?.rtpPort,
    demoPath: options.hasDemo ? demoPath : undefined,
    addresses: reachableAddresses(networkInterfaces()),
  })
}

// Whoever reads our output may leave before us (`rxrtsp | head`); serving goes on without telling.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined)

await main()
