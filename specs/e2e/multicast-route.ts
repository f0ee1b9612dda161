// Multicast that does not leave this machine: the readers join groups on the interface that the route leads to, and a
// route to loopback keeps packets off whatever network the machine is on. Setting that up takes root on Linux; only the
// one range is touched, and everything is put back.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Addresses for local use (RFC 2365 section 6.2), so nobody else's groups are cut off by the route. */
export const MULTICAST_RANGE = '239.255.76.0/24'

const MULTICAST_FLAG = 0x1000

const ip = (...args: readonly string[]): boolean => spawnSync('ip', args, { stdio: 'ignore' }).status === 0

const hasMulticast = (): boolean =>
  (Number.parseInt(readFileSync('/sys/class/net/lo/flags', 'utf8'), 16) & MULTICAST_FLAG) !== 0

/** Leads the range to loopback; gives what takes it back, or a sentence that says why it cannot be. */
export const routeMulticastToLoopback = (): (() => void) | string => {
  if (process.platform !== 'linux') return 'multicast over loopback is set up on Linux only'
  if (process.getuid?.() !== 0) return 'a route for multicast over loopback needs root'
  if (!ip('-V')) return 'the program ip is missing'
  const hadMulticast = hasMulticast()
  const restore = (): void => {
    ip('route', 'del', MULTICAST_RANGE, 'dev', 'lo')
    if (!hadMulticast) ip('link', 'set', 'lo', 'multicast', 'off')
  }
  if (ip('link', 'set', 'lo', 'multicast', 'on') && ip('route', 'replace', MULTICAST_RANGE, 'dev', 'lo')) return restore
  restore()
  return 'this system lets nobody change routes'
}

/** Whether specs can run: writes a visible line if not. It is no fault of the machine, so `REQUIRE_E2E` does not matter. */
export const canRouteMulticast = (): boolean => {
  const undo = routeMulticastToLoopback()
  if (typeof undo !== 'string') {
    undo()
    return true
  }
  console.warn(`\n*** SKIPPED: end-to-end specs "multicast": ${undo} ***\n`)
  return false
}
