import { z } from 'zod'
import type { TlsSettings } from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import { createKeyPairContext, type SecureContext, type TlsKeyPair } from '../io/node-tls.ts'

/** What encrypts the connections of `listenTls`. */
export type TlsOptions =
  /** One certificate for as long as the server runs: PEM texts or bytes. */
  | TlsKeyPair
  /**
   * Asked for each connection that comes in, so that a certificate can be renewed while the server runs: a
   * `SecureContext` of `node:tls`. A throw or a rejection closes that connection with `ERR_RTSP_TLS`.
   */
  | { readonly secureContext: () => SecureContext | PromiseLike<SecureContext> }

const pem = z.union([z.string().min(1), z.instanceof(Uint8Array)])

/** Schema of the option. */
export const tlsSchema = z
  .union(
    [
      z.strictObject({ key: pem, cert: pem, passphrase: z.string().optional() }),
      z.strictObject({
        secureContext: z.custom<() => SecureContext | PromiseLike<SecureContext>>(
          (value) => typeof value === 'function',
          { error: 'must be a function' },
        ),
      }),
    ],
    { error: 'must be { key, cert } or { secureContext: function }' },
  )
  .optional()

type ResolvedTls = z.output<typeof tlsSchema>

/** Why the options about TLS cannot work together; `null` if they can. */
export function tlsProblem(hasListenTls: boolean, tls: ResolvedTls): string | null {
  if (hasListenTls && tls === undefined) return 'listenTls needs a certificate: give the option tls'
  if (!hasListenTls && tls !== undefined) return 'tls is given but nothing listens with it: give the option listenTls'
  return null
}

/** What the network needs; `null` without TLS. Throws ERR_RTSP_OPTIONS for a key pair that cannot be used. */
export function tlsSettings(tls: ResolvedTls, handshakeTimeoutMs: number): TlsSettings | null {
  if (tls === undefined) return null
  if ('secureContext' in tls) return { secureContext: () => tls.secureContext(), handshakeTimeoutMs }
  const { key, cert, passphrase } = tls
  try {
    const context = createKeyPairContext({ key, cert, ...(passphrase === undefined ? {} : { passphrase }) })
    return { secureContext: () => context, handshakeTimeoutMs }
  } catch (cause) {
    throw rtspError('ERR_RTSP_OPTIONS', `tls: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
