/**
 * What the program says once it listens: where it can be reached and what to type next. Only lines are built here; the
 * addresses come from outside, because which ones a machine has is not for a text to find out.
 */

/** What the banner is about. */
export interface BannerFacts {
  readonly version: string
  /** Address that is listened on; empty, `::` and `0.0.0.0` stand for all. */
  readonly host: string
  /** TCP port, the real one if the system chose it. */
  readonly port: number
  /** TCP port of TLS; left out or `undefined` without TLS. */
  readonly tlsPort?: number | undefined
  /** UDP port of RTP, or `undefined` without UDP. */
  readonly rtpPort: number | undefined
  /** Path of the built-in clip without a slash, or `undefined` without it. */
  readonly demoPath: string | undefined
  /** Addresses of this machine that others can reach; used when all are listened on. */
  readonly addresses: readonly string[]
}

const everyAddress: ReadonlySet<string> = new Set(['', '::', '0.0.0.0', '::0'])

/** More addresses than this would push the rest out of sight. */
const mostAddresses = 4

/** Lines to print, the last one being the line to wait for: `rxrtsp 1.2.3 is ready on port 8554`. */
export function bannerLines(facts: BannerFacts): string[] {
  const urls = serverUrls(facts)
  const url = urls[0] ?? serverUrl('localhost', facts.port)
  const transports = facts.rtpPort === undefined ? 'TCP only' : `TCP, UDP ports ${facts.rtpPort}-${facts.rtpPort + 1}`
  return [
    `Serving at   ${urls.join('  ')}  (${transports})`,
    ...(facts.tlsPort === undefined ? [] : [`Under TLS    ${tlsUrl(facts.host, facts.tlsPort)}`]),
    ...(facts.demoPath === undefined ? [] : [`Demo clip    ffplay -rtsp_transport tcp ${url}${facts.demoPath}`]),
    `Publish      ffmpeg -re -stream_loop -1 -i video.mp4 -c copy -f rtsp ${url}live`,
    `Play         ffplay ${url}live`,
    `rxrtsp ${facts.version} is ready on port ${facts.port}`,
  ]
}

/** URLs under which the server can be reached, the nearest first; each ends with a slash. */
export function serverUrls(facts: Pick<BannerFacts, 'host' | 'port' | 'addresses'>): string[] {
  if (!everyAddress.has(facts.host)) return [serverUrl(facts.host, facts.port)]
  // 0.0.0.0 is every IPv4 address and no other.
  const addresses = facts.addresses.filter((address) => facts.host !== '0.0.0.0' || !address.includes(':'))
  return ['localhost', ...addresses.slice(0, mostAddresses)].map((host) => serverUrl(host, facts.port))
}

/** Picks what to show of `os.networkInterfaces()`: IPv4 first, nothing internal, no link-local IPv6 (it needs a zone). */
export function reachableAddresses(
  interfaces: Readonly<Record<string, readonly { address: string; internal: boolean }[] | undefined>>,
): string[] {
  const all = Object.values(interfaces).flatMap((entries) => entries ?? [])
  const usable = all.filter((entry) => !entry.internal && !/^fe[89ab]/i.test(entry.address))
  const isIPv6 = (address: string): boolean => address.includes(':')
  const addresses = [...new Set(usable.map((entry) => entry.address))]
  return [...addresses.filter((address) => !isIPv6(address)), ...addresses.filter(isIPv6)]
}

/** 322 is the port of `rtsps` (RFC 7826 section 22.15). */
function tlsUrl(host: string, port: number): string {
  const shown = everyAddress.has(host) ? 'localhost' : host
  const name = shown.includes(':') ? `[${shown}]` : shown
  return port === 322 ? `rtsps://${name}/` : `rtsps://${name}:${port}/`
}

function serverUrl(host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === 554 ? `rtsp://${name}/` : `rtsp://${name}:${port}/`
}
