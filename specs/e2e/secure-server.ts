// The program with a second port for TLS. The certificate is made here and signed by nobody, so clients have to be told
// not to ask for proof.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { selfSigned } from '../io/self-signed.ts'
import { scratch } from './clip.ts'
import { freeTcpPort, startServer } from './server-program.ts'
import type { ServerProgram } from './server-program.ts'

/** A running server that listens in clear on `port` and under TLS on `tlsPort`; `stop` also removes the certificate. */
export type SecureServer = ServerProgram & {
  readonly tlsPort: number
  /** URL on the port that fits the scheme: one whose name tells of TLS (`rtsps`, `rtspsh`, `wss`) leads to `tlsPort`. */
  readonly at: (scheme: string, path: string) => string
}

let servers = 0

/** Starts the program with TLS and `extra` options. */
export const startSecureServer = async (extra: readonly string[] = []): Promise<SecureServer> => {
  const { key, cert } = selfSigned()
  const name = join(scratch(), `tls-${String(process.pid)}-${String(++servers)}`)
  const [keyFile, certFile] = [`${name}-key.pem`, `${name}-cert.pem`]
  writeFileSync(keyFile, key, { mode: 0o600 })
  writeFileSync(certFile, cert)
  const tlsPort = await freeTcpPort()
  const tls = ['--tls-port', String(tlsPort), '--tls-key', keyFile, '--tls-cert', certFile]
  const server = await startServer([...tls, ...extra])
  return {
    ...server,
    tlsPort,
    at: (scheme, path) => {
      const isTls = /^(?:rtsps|wss|https)/u.test(scheme)
      return `${scheme}://127.0.0.1:${String(isTls ? tlsPort : server.port)}/${path}`
    },
    stop: async () => {
      try {
        await server.stop()
      } finally {
        rmSync(keyFile, { force: true })
        rmSync(certFile, { force: true })
      }
    },
  }
}
