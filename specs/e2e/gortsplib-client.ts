// gortsplib's client as a program (peers/gortsplib, an ordinary Go module of our own): the one peer that speaks every
// combination of transport, tunnel and TLS. It is built once per machine and source, into the temporary folder; several
// spec files may want it at once: one builds it, the others wait for it.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import { scratch } from './clip.ts'
import { contiguousRun } from './elementary-streams.ts'
import { eventually, pause, runProgram, startProgram } from './process.ts'
import type { RunningProgram } from './process.ts'
import { untilPublished } from './raw-client.ts'
import type { ServerProgram } from './server-program.ts'
import { GO_MODULE, tool } from './tools.ts'

/** How a peer reaches the server, and how its packets travel. */
export type Route = {
  readonly url: string
  readonly over: 'udp' | 'tcp' | 'multicast'
  readonly tunnel?: 'http' | 'websocket' | undefined
  /** A publisher encrypts its media (SAVP). A reader does what the description says. */
  readonly isSecure?: boolean | undefined
}

/** A line of the peer's output; which parts there are depends on `event` (peers/gortsplib/main.go). */
export type PeerEvent = {
  readonly event: string
  readonly digest?: string
  readonly count?: number
  readonly text?: string
  readonly protocol?: string
  readonly profile?: string
}

/** A running peer and what it has told so far. */
export type Peer = { readonly program: RunningProgram; readonly events: () => readonly PeerEvent[] }

/** Time for a build whose modules have to be fetched first. */
export const BUILD_LIMIT_MS = 240_000

const MOST_PACKETS = 1_500

/** Builds the peer unless that has been done; gives its path, and throws when it cannot be built. */
export const buildGortsplibClient = async (): Promise<string> => {
  const hash = createHash('md5').update(tool('go'))
  for (const name of readdirSync(GO_MODULE).sort()) hash.update(readFileSync(join(GO_MODULE, name)))
  const file = join(scratch(), `gortsplib-client-${hash.digest('hex').slice(0, 12)}`)
  const lock = `${file}.building`
  while (!existsSync(file)) {
    if (takeLock(lock)) {
      try {
        await build(file)
      } finally {
        rmSync(lock, { recursive: true, force: true })
      }
    } else await pause(200)
  }
  return file
}

/** Two builds at once would take twice the time; a lock that is older than any build has been left behind. */
const takeLock = (lock: string): boolean => {
  try {
    mkdirSync(lock)
    return true
  } catch {
    // Somebody has it, or has just let go of it; both are answered by trying again.
    const taken = statSync(lock, { throwIfNoEntry: false })
    if (taken !== undefined && Date.now() - taken.mtimeMs > BUILD_LIMIT_MS)
      rmSync(lock, { recursive: true, force: true })
    return false
  }
}

const build = async (file: string): Promise<void> => {
  const draft = `${file}-${String(process.pid)}`
  const end = await runProgram(tool('go'), ['build', '-o', draft, '.'], {
    limitMs: BUILD_LIMIT_MS,
    workingDirectory: GO_MODULE,
    environment: { CGO_ENABLED: '0', GOTOOLCHAIN: 'local' },
  })
  expect({ code: end.code, timedOut: end.timedOut }, `go build wrote: ${end.stderr}`).toEqual({
    code: 0,
    timedOut: false,
  })
  renameSync(draft, file)
}

const start = (binary: string, role: 'publish' | 'read', route: Route, more: readonly string[]): Peer => {
  const program = startProgram(binary, [
    ...[role, '-url', route.url, '-over', route.over, '-tunnel', route.tunnel ?? 'none'],
    ...(route.isSecure === true ? ['-secure'] : []),
    ...more,
  ])
  return {
    program,
    events: () =>
      program
        .stdout()
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as PeerEvent),
  }
}

/** Publishes known packets, 100 in a second, until it is stopped. */
export const publishWithGortsplib = (binary: string, route: Route): Peer =>
  start(binary, 'publish', route, ['-packets', String(MOST_PACKETS)])

/** Reads `packets` packets and leaves; `more` are further options. */
export const readWithGortsplib = (binary: string, route: Route, packets: number, more: readonly string[] = []): Peer =>
  start(binary, 'read', route, ['-packets', String(packets), ...more])

/** Digests of the packets that a peer has sent or received. */
export const packetsOf = (peer: Peer, name = 'packet'): readonly string[] =>
  peer.events().flatMap(({ event, digest }) => (event === name && digest !== undefined ? [digest] : []))

/** The digest that the peer writes of a packet: of all but the SSRC, which is the server's own business. */
export const packetDigest = (packet: RtpPacket): string => {
  const head = Buffer.alloc(7)
  head.writeUInt32BE(packet.timestamp, 0)
  head.writeUInt16BE(packet.sequenceNumber, 4)
  head.writeUInt8(packet.payloadType, 6)
  const hash = createHash('md5').update(head)
  if (packet.marker) hash.update(Uint8Array.of(1))
  return hash.update(packet.payload).digest('hex').slice(0, 16)
}

/** How the packets of a peer travel, once that is agreed upon. */
export const agreedTransport = async (peer: Peer): Promise<string> =>
  await eventually('a peer to begin', () => {
    const begun = peer.events().find(({ event }) => event === 'recording' || event === 'playing')
    if (begun !== undefined) return `${begun.protocol ?? ''} ${begun.profile ?? ''}`
    if (peer.program.hasEnded()) throw new Error(`the peer ended: ${peer.program.stdout()}${peer.program.stderr()}`)
    return undefined
  })

/** Asserts that a peer ended well and had nothing to complain of: no loss, no packet that it could not read; but `allowed`. */
export const expectContent = async (peer: Peer, allowed: readonly string[] = []): Promise<void> => {
  const { code, stderr } = await peer.program.ended
  const known = ['recording', 'playing', 'packet', 'said', 'paused', 'ended', ...allowed]
  const complaints = peer.events().filter(({ event }) => !known.includes(event))
  expect({ code, complaints }, `${peer.program.command} wrote: ${stderr}`).toEqual({ code: 0, complaints: [] })
}

/** What a row of the matrix is about; `agreed` is how packets must travel, publisher first. */
export type Row = {
  readonly path: string
  readonly from: Route
  readonly to: Route
  readonly agreed: readonly [string, string]
}

const PACKETS_READ = 120

/** Runs a publisher and a reader, and asserts that each packet of the overlap arrived once, in order, and unchanged. */
export const expectHandedOn = async (binary: string, server: ServerProgram, row: Row): Promise<void> => {
  const publisher = publishWithGortsplib(binary, row.from)
  const from = await agreedTransport(publisher)
  await untilPublished(server.port, row.path)
  const reader = readWithGortsplib(binary, row.to, PACKETS_READ)
  const to = await agreedTransport(reader)
  await expectContent(reader)
  await publisher.program.stop()
  await expectContent(publisher)
  expect([from, to]).toEqual(row.agreed)
  const received = packetsOf(reader)
  expect(received.length).toBeGreaterThanOrEqual(PACKETS_READ)
  contiguousRun(row.path, packetsOf(publisher), received)
}
