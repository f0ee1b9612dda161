/** The parameter list of `a=fmtp`: `name=value; name=value`. */

/**
 * Parameters by name in lower case; values are verbatim and may hold further `=`. Entries without `=` are skipped (SAT>IP
 * and Uniview write such). The last of several with one name counts.
 */
export function parseFmtp(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const entry of text.split(';')) {
    const trimmed = entry.trim()
    const equals = trimmed.indexOf('=')
    if (equals >= 0) parameters.set(trimmed.slice(0, equals).toLowerCase(), trimmed.slice(equals + 1))
  }
  return parameters
}

/** The list as it is written: sorted by the bytes of the names. `''` for no parameters. */
export function formatFmtp(parameters: readonly (readonly [name: string, value: string])[]): string {
  return [...parameters]
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
}
