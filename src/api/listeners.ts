import type { ByteDuplex, Listener, Network, TlsSettings } from '../contracts/network.ts'
import type { ResolvedOptions } from './options.ts'

/** Where a server listens for connections: in clear, under TLS, or both. All of it or nothing. */
export interface Listeners {
  /** `null` where it does not listen in clear. */
  readonly clear: Listener | null
  /** `null` where it does not listen under TLS. */
  readonly tls: Listener | null
  /** Stops accepting. */
  close(): Promise<void>
}

/** Opens what the options ask for; rejects with the system's error, and leaves nothing open then. */
export async function openListeners(
  network: Network,
  options: ResolvedOptions,
  tls: TlsSettings | null,
  onConnection: (duplex: ByteDuplex, secure: boolean) => void,
  onError: (error: Error) => void,
): Promise<Listeners> {
  const { listen, listenTls } = options
  // Whoever asks for TLS only does not want to be reached in clear as well.
  const clearOptions = listen ?? (listenTls === undefined ? defaultListen : null)
  const clear =
    clearOptions === null ? null : await network.listen(clearOptions, (duplex) => onConnection(duplex, false), onError)
  const openTls =
    listenTls === undefined || tls === null
      ? null
      : network.listen({ ...listenTls, tls }, (duplex) => onConnection(duplex, true), onError)
  try {
    const secure = await openTls
    return {
      clear,
      tls: secure,
      close: async () => {
        await Promise.allSettled([clear?.close(), secure?.close()])
      },
    }
  } catch (error) {
    await clear?.close()
    throw error
  }
}

const defaultListen = { host: '', port: 8554 }
