// The built program as a child: started on ports that the system gave out as free, ready when it says so on its standard
// output, and stopped as a person would stop it. Between our asking for a free port and the program taking it, another
// program may take it, hence the few tries.
import { createSocket } from 'node:dgram'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { eventually, startProgram } from './process.ts'
import type { RunningProgram } from './process.ts'

/** The root of the checkout, where `dist` is. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A running server; `stop` sends SIGINT and asserts that the program ended with 0 and within its grace. */
export type ServerProgram = {
  readonly port: number
  readonly rtpPort: number
  readonly program: RunningProgram
  readonly url: (path: string) => string
  readonly stop: () => Promise<void>
  /** Asserts that the program still runs; what it wrote says why it does not. */
  readonly expectAlive: () => void
}

/**
 * The command that starts a server. `E2E_PROGRAM` names another one that takes `--port` and `--rtp-port`, to check these
 * specs themselves against a second implementation.
 */
export const serverCommand = (): readonly [string, readonly string[]] => {
  const other = process.env['E2E_PROGRAM']
  if (other !== undefined && other !== '') return [other, []]
  const main = `${ROOT}dist/cli/main.js`
  if (!existsSync(main)) throw new Error(`${main} does not exist: run "npm run build" first`)
  return [process.execPath, [main]]
}

/** Starts the program on free ports with `extra` options and waits for its ready line. */
export const startServer = async (extra: readonly string[] = []): Promise<ServerProgram> => {
  for (let tries = 1; ; tries++) {
    const port = await freeTcpPort()
    const rtpPort = await freeUdpPortPair()
    const [file, args] = serverCommand()
    const program = startProgram(file, [...args, '--port', String(port), '--rtp-port', String(rtpPort), ...extra], {
      limitMs: 300_000,
    })
    const isReady = await eventually(
      'the ready line of the server',
      () => (program.hasEnded() ? false : /\b(ready|listening)\b/i.test(program.stdout()) ? true : undefined),
      20_000,
    )
    if (isReady) return running(port, rtpPort, program)
    if (tries === 3) throw new Error(`the server did not start: ${program.stdout()}${program.stderr()}`)
  }
}

const running = (port: number, rtpPort: number, program: RunningProgram): ServerProgram => ({
  port,
  rtpPort,
  program,
  url: (path) => `rtsp://127.0.0.1:${port}/${path}`,
  expectAlive: () => {
    expect(program.hasEnded(), `the server has ended; it wrote: ${program.stdout()}${program.stderr()}`).toBe(false)
  },
  stop: async () => {
    expect(program.hasEnded(), `the server ended before it was asked to; it wrote: ${program.stdout()}`).toBe(false)
    const end = await program.stop(10_000)
    expect({ code: end.code, signal: end.signal }, `the end of the server, which wrote: ${end.stderr}`).toEqual({
      code: 0,
      signal: null,
    })
  },
})

/** A TCP port that was free a moment ago. */
export const freeTcpPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const udpPort = (wanted: number): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(0))
    socket.bind(wanted, () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })

/** An even UDP port that was free a moment ago together with the next one (RFC 3550 section 11). */
export const freeUdpPortPair = async (): Promise<number> => {
  for (;;) {
    const port = await udpPort(0)
    if (port === 0 || port % 2 === 1 || port > 65_000) continue
    if ((await udpPort(port + 1)) !== 0) return port
  }
}

/** Resident memory of a process in bytes; Linux only. */
export const residentBytes = (pid: number): number => {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? 0) * 1024
}
