/**
 * Why the program could not start to listen, as a sentence that says which option to change. Node's errors say which
 * call failed (`listen` for TCP, `bind` for UDP) and where; they may come wrapped as the cause of another.
 */

/** What was to be listened on. */
export interface ListenAttempt {
  readonly host: string
  readonly port: number
  /** UDP port of RTP; RTCP has the next. `undefined` without UDP. */
  readonly rtpPort: number | undefined
  /** TCP port of TLS; left out or `undefined` without TLS. */
  readonly tlsPort?: number | undefined
}

interface SystemError {
  readonly code: string
  readonly syscall: string
  readonly port: number | undefined
}

/** Errors that are wrapped deeper than this are not looked for; also ends a chain that bites its tail. */
const deepestCause = 8

/** A sentence about a failure to listen; for an error it does not know, that error's own message. */
export function explainListenError(error: unknown, attempt: ListenAttempt): string {
  const system = findSystemError(error)
  if (system === undefined) return `cannot listen: ${messageOf(error)}`
  const isUdp = system.syscall === 'bind' || isUdpOnly(system.port, attempt)
  const port = system.port ?? (isUdp ? (attempt.rtpPort ?? attempt.port) : attempt.port)
  const name = `${isUdp ? 'UDP' : 'TCP'} port ${port}`
  const isTls = !isUdp && port === attempt.tlsPort && port !== attempt.port
  const option = isUdp ? '--rtp-port' : isTls ? '--tls-port' : '--port'
  switch (system.code) {
    case 'EADDRINUSE':
      return `${name} is already in use: stop the other program, or choose another with ${option} ${otherPort(isUdp ? (attempt.rtpPort ?? 8000) : isTls ? port : attempt.port)}${isUdp ? ' (or go without with --no-udp)' : ''}`
    case 'EACCES':
    case 'EPERM':
      return `${name} may not be opened by this user: choose one from 1024 on, for example ${option} ${isUdp ? 8000 : isTls ? 8322 : 8554}`
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return `this machine has no address '${attempt.host}': write one of its own after --host, or leave --host out to listen on all`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name '${attempt.host}' cannot be resolved: write an address of this machine after --host, or leave --host out to listen on all`
    default:
      return `cannot listen on ${name}: ${messageOf(error)}`
  }
}

function findSystemError(error: unknown): SystemError | undefined {
  let current = error
  for (let depth = 0; depth < deepestCause && current instanceof Error; depth++) {
    const { code, syscall, port } = current as { code?: unknown; syscall?: unknown; port?: unknown }
    if (typeof code === 'string' && /^E[A-Z_]+$/.test(code) && !code.startsWith('ERR_')) {
      return {
        code,
        syscall: typeof syscall === 'string' ? syscall : '',
        port: typeof port === 'number' ? port : undefined,
      }
    }
    current = current.cause
  }
  return undefined
}

/** Says by the number alone that a port is one of the UDP ports, for errors that do not name the call. */
function isUdpOnly(port: number | undefined, attempt: ListenAttempt): boolean {
  if (port === undefined || attempt.rtpPort === undefined || port === attempt.port) return false
  return port === attempt.rtpPort || port === attempt.rtpPort + 1
}

/** A port that is worth a try instead; an even one stays even. */
function otherPort(taken: number): number {
  return taken + 1000 <= 65534 ? taken + 1000 : taken - 1000
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
