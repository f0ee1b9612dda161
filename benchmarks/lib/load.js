// The load generator: compiled at bench time, run in processes of its own.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { loadCore, runPinned, sleep, startPinned, stop } from './pinned.js'

/** What is built for a run lives here and goes with it: nothing is left in the checkout. */
export const workFolder = mkdtempSync(join(tmpdir(), 'rxrtsp-bench-'))
process.once('exit', () => rmSync(workFolder, { recursive: true, force: true }))

const source = resolve(import.meta.dirname, '../load/rtspload.c')
const program = join(workFolder, 'rtspload')

/** Compiles the generator. Throws with the compiler's words if there is none. */
export function buildLoad() {
  const warnings = ['-Wno-misleading-indentation', '-Wno-format-truncation', '-Wno-unused-result']
  execFileSync('cc', ['-O2', ...warnings, '-o', program, source, '-lm'], { stdio: ['ignore', 'inherit', 'inherit'] })
}

/**
 * A publisher that sends until it is stopped: 4 Mbit/s, 30 pictures a second, packets of 1,200 bytes unless told.
 * @param {string} url
 * @param {'tcp' | 'udp'} transport
 * @param {{ bitrate?: number, seconds?: number }} [options] `seconds`: when it stops by itself
 */
export async function publish(url, transport, options = {}) {
  const bitrate = String(options.bitrate ?? 4_000_000)
  const child = startPinned(loadCore, [
    ...[program, 'publish', '--url', url, '--transport', transport, '--bitrate', bitrate, '--fps', '30'],
    ...['--pkt', '1200', '-t', String(options.seconds ?? 900)],
  ])
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += chunk))
  child.stdout.resume()
  const isUp = new Promise((done, failed) => {
    child.stderr.on('data', () => errors.includes('publishing') && done(undefined))
    child.once('close', () => failed(new Error(`the publisher of ${url} ended: ${errors.trim()}`)))
  })
  isUp.catch(() => undefined)
  await isUp
  return { stop: () => stop(child) }
}

/**
 * N readers of one stream for a window.
 * @param {string} url
 * @param {{ readers: number, transport: 'tcp' | 'udp', seconds: number, warmupSeconds?: number, serverPid: number, urls?: number, mostSeconds?: number }} options
 */
export async function read(url, { readers, transport, seconds, warmupSeconds = 1, serverPid, urls = 1, mostSeconds }) {
  const result = await runPinned(
    loadCore,
    [
      ...[program, 'read', '--url', url, '-n', String(readers), '--transport', transport, '-t', String(seconds)],
      ...['--warmup', String(warmupSeconds), '--conc', '8', '--server-pid', String(serverPid), '--urls', String(urls)],
    ],
    mostSeconds,
  )
  if (result.connected !== readers) {
    throw new Error(`${result.connected} of ${readers} readers came up: ${result.err}`)
  }
  return {
    microsPerPacket: result.srv_us_per_pkt,
    cpuSeconds: result.srv_cpu_s,
    /** CPU time of the generator itself. */
    loadSeconds: result.cli_user_s + result.cli_sys_s,
    windowSeconds: result.window_s,
    packets: result.packets,
    lost: result.lost,
    latencyP50Ms: result.lat_us_p50 / 1000,
    latencyP99Ms: result.lat_us_p99 / 1000,
    residentMegabytes: result.srv_rss_kb / 1024,
    /** CPU time that processes outside of the benchmark took on the two cores: how far to trust the window. */
    foreignSeconds: Math.max(0, result.foreign_srvcpu_s) + Math.max(0, result.foreign_clicpu_s),
  }
}

/**
 * Sessions that come and go: connect, OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN.
 * @param {string} url
 * @param {{ atOnce: number, seconds: number, serverPid: number }} options
 */
export async function churn(url, { atOnce, seconds, serverPid }) {
  const result = await runPinned(loadCore, [
    ...[program, 'churn', '--url', url, '--transport', 'tcp', '-t', String(seconds), '--conc', String(atOnce)],
    ...['--options', '--server-pid', String(serverPid)],
  ])
  return {
    cyclesPerSecond: result.cycles_per_s,
    failed: result.failed,
    cpuMillisPerCycle: result.srv_ms_per_cycle,
    p50Ms: result.cycle_ms_p50,
    p99Ms: result.cycle_ms_p99,
  }
}

/** Waits until a server says that it is up: any output on stdout. Some say nothing; they get a few seconds. */
export async function untilListening(/** @type {import('node:child_process').ChildProcess} */ child) {
  const output = child.stdout ? once(child.stdout, 'data') : sleep(1000)
  const ended = once(child, 'close')
  await Promise.race([output, ended, sleep(10_000)])
  if (child.exitCode !== null) throw new Error('the server did not come up')
}

/**
 * Runs a server for as long as the work takes, with a publisher of one path.
 * @template Result
 * @param {import('../contenders.js').Contender} contender
 * @param {{ path: string, transport: 'tcp' | 'udp', bitrate?: number, seconds?: number }} plan
 * @param {(server: import('../contenders.js').Running, url: string) => Promise<Result>} work given the URL to read from
 */
export async function withStream(contender, { path, transport, ...options }, work) {
  const server = await contender.start()
  try {
    const publisher = await publish(server.publishUrl(path), transport, options)
    try {
      return await work(server, server.readUrl(path))
    } finally {
      await publisher.stop()
    }
  } finally {
    await server.stop()
  }
}
