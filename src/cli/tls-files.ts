/**
 * A certificate from files that may be replaced while the program runs, as tools do that renew certificates. The files are
 * looked at with each connection, which costs two calls into the system and is nothing beside a handshake; what cannot be
 * read at that moment, such as a half-written file, leaves the certificate of before in use.
 */
import { readFileSync, statSync } from 'node:fs'
import { createKeyPairContext, type SecureContext } from '../io/node-tls.ts'
import type { ProgramTls } from './tls-option.ts'

/** Gives the context for one more connection. */
export type TlsFiles = () => SecureContext

/**
 * Reads both files now and whenever they have changed.
 *
 * @param onRenewed another certificate is in use
 * @param onFailed the files have changed but cannot be used, with a sentence; told once for each change
 * @throws the system's or OpenSSL's error if they cannot be used now
 */
export function watchTlsFiles(
  { keyFile, certFile }: ProgramTls,
  onRenewed: () => void,
  onFailed: (why: string) => void,
): TlsFiles {
  const load = (): SecureContext => createKeyPairContext({ key: readFileSync(keyFile), cert: readFileSync(certFile) })
  const stamp = (): string =>
    [keyFile, certFile].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 'gone').join(' ')
  let seen = stamp()
  let context = load()
  return () => {
    const now = stamp()
    if (now === seen) return context
    seen = now
    try {
      context = load()
      onRenewed()
    } catch (error) {
      onFailed(error instanceof Error ? error.message : String(error))
    }
    return context
  }
}
