/** Ends the program with a sentence instead of a stack: what went wrong, and what to do about it where that is known. */
export function fail(what: string, error: unknown): never {
  const cause = error instanceof Error ? error : new Error(String(error))
  const isPortTaken = [cause, cause.cause].some((one) => (one as { code?: unknown } | undefined)?.code === 'EADDRINUSE')
  const hint = isPortTaken ? '; another server has this port: choose others with --port and --rtp-port' : ''
  console.error(`${what}: ${cause.message}${hint}`)
  process.exit(1)
}
