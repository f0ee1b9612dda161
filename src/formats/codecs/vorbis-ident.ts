/**
 * Name of the codebooks in the packed headers of a Vorbis description, which every payload repeats: 24 bits behind the
 * number of headers (RFC 5215 section 3.2.1). Undefined when the configuration is too short to have one.
 */
export function vorbisIdent(configuration: Uint8Array): number | undefined {
  if (configuration.length < 7) return undefined
  return ((configuration[4] ?? 0) << 16) | ((configuration[5] ?? 0) << 8) | (configuration[6] ?? 0)
}
