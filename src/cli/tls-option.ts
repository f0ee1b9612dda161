/** What the command line says about TLS: off unless a port, a key and a certificate are given, all three. */
export interface ProgramTls {
  /** TCP port, 0 to 65535; 0 lets the system choose. */
  readonly port: number
  /** Paths of PEM files. */
  readonly keyFile: string
  readonly certFile: string
}

/** The options as they were typed, `undefined` where they were not. */
export interface TlsWords {
  readonly port: string | undefined
  readonly key: string | undefined
  readonly cert: string | undefined
}

/** What was meant, `undefined` for no TLS; a mistake is a sentence that says what to write instead. */
export function readTls(
  { port, key, cert }: TlsWords,
  clearPort: number,
): ProgramTls | undefined | { readonly mistake: string } {
  if (port === undefined && key === undefined && cert === undefined) return undefined
  if (port === undefined)
    return { mistake: 'TLS needs a port of its own: write --tls-port 8322 with --tls-key and --tls-cert' }
  if (key === undefined || cert === undefined) {
    return { mistake: `--tls-port needs a key and a certificate: write ${missing(key, cert)} with it` }
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return { mistake: `--tls-port must be a number from 0 to 65535 (0 picks a free one), not '${port}'` }
  }
  if (port !== '0' && Number(port) === clearPort) {
    return { mistake: `TLS and RTSP in clear cannot share port ${port}: choose another with --tls-port` }
  }
  return { port: Number(port), keyFile: key, certFile: cert }
}

function missing(key: string | undefined, cert: string | undefined): string {
  const words = [
    ...(key === undefined ? ['--tls-key key.pem'] : []),
    ...(cert === undefined ? ['--tls-cert cert.pem'] : []),
  ]
  return words.join(' and ')
}
