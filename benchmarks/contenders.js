// Who is measured: ourselves and every peer that this machine has. All of them relay whoever publishes a path.
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { untilListening, workFolder } from './lib/load.js'
import { serverCore, sleep, startPinned, stop } from './lib/pinned.js'

/**
 * @typedef {object} Running
 * @property {number} pid
 * @property {(path: string) => string} publishUrl
 * @property {(path: string) => string} readUrl
 * @property {() => Promise<unknown>} stop
 */

/**
 * @typedef {object} Contender
 * @property {string} name with its version
 * @property {readonly ('tcp' | 'udp')[]} transports what its publishers and readers may use
 * @property {boolean} isAnyPath false: only the paths `tcp`, `udp` and `churn` can be published
 * @property {() => Promise<Running>} start
 */

let nextPort = 21_554

/** Fresh ports for every process: nothing of the last one is in the way. */
function takePorts() {
  const port = nextPort
  nextPort += 10
  return { port, rtpPort: port + 2 }
}

/**
 * @param {string} name
 * @param {(ports: { port: number, rtpPort: number }) => { command: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string, readPort?: number }} describe
 * @param {readonly ('tcp' | 'udp')[]} [transports]
 * @returns {Contender}
 */
function contender(name, describe, transports = ['tcp', 'udp']) {
  return {
    name,
    transports,
    isAnyPath: !name.startsWith('gst-'),
    async start() {
      const ports = takePorts()
      const { command, env, cwd, readPort = ports.port } = describe(ports)
      const child = startPinned(serverCore, command, { env, cwd })
      let errors = ''
      child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-2000)))
      await untilListening(child).catch((error) => {
        throw new Error(`${name}: ${error.message} ${errors}`)
      })
      child.stdout.resume()
      await sleep(200)
      const url = (/** @type {number} */ port) => (/** @type {string} */ path) => `rtsp://127.0.0.1:${port}/${path}`
      return { pid: child.pid, publishUrl: url(ports.port), readUrl: url(readPort), stop: () => stop(child) }
    },
  }
}

/** Ourselves; with another `dist`, under another name, two versions can be compared. */
export function ourselves(name = 'rxrtsp', dist = process.env.RXRTSP_DIST) {
  return contender(name, ({ port, rtpPort }) => ({
    command: [process.execPath, resolve(import.meta.dirname, 'server.js'), String(port), String(rtpPort)],
    env: dist === undefined ? {} : { RXRTSP_DIST: dist },
  }))
}

/** The floor: Node and nothing else. No server, so it has no part in anything but fan-out and sessions. */
export function floor() {
  const describe = (/** @type {{ port: number }} */ { port }) => ({
    command: [process.execPath, resolve(import.meta.dirname, 'floor.js'), String(port)],
  })
  return contender('(bare Node writes)', describe, ['tcp'])
}

/** Every peer that can be had here, and a sentence about each that cannot. */
export function findPeers(/** @type {(line: string) => void} */ tell) {
  /** @type {Contender[]} */
  const peers = []
  for (const find of [gortsplib, gstreamer, mediamtx, rtspStreamingServer]) {
    try {
      peers.push(find())
    } catch (error) {
      tell(`without ${find.name}: ${String(error instanceof Error ? error.message : error).split('\n')[0]}`)
    }
  }
  return peers
}

function gortsplib() {
  const folder = resolve(import.meta.dirname, 'peers/gortsplib')
  const program = join(workFolder, 'gortsplib')
  execFileSync('go', ['build', '-o', program, '.'], { cwd: folder, stdio: 'pipe' })
  const list = ['list', '-m', '-f', '{{.Version}}', 'github.com/bluenviron/gortsplib/v5']
  const version = execFileSync('go', list, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim()
  return contender(`gortsplib ${version}`, ({ port, rtpPort }) => ({
    command: [program, String(port), String(rtpPort)],
  }))
}

function gstreamer() {
  const pkg = (/** @type {string} */ what) =>
    execFileSync('pkg-config', [what, 'gstreamer-rtsp-server-1.0', 'gstreamer-app-1.0'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim()
  const version = pkg('--modversion').split('\n')[0]
  const program = join(workFolder, 'gstreamer')
  const source = resolve(import.meta.dirname, 'peers/gstreamer/main.c')
  const flags = [...pkg('--cflags').split(/\s+/), ...pkg('--libs').split(/\s+/)]
  execFileSync('cc', ['-O2', '-o', program, source, ...flags], { stdio: 'pipe' })
  return contender(`gst-rtsp-server ${version}`, ({ port }) => ({
    command: [program, String(port)],
    readPort: port + 1,
  }))
}

function mediamtx() {
  const folder = (process.env.PATH ?? '').split(delimiter).find((path) => existsSync(join(path, 'mediamtx')))
  if (folder === undefined) throw new Error('no mediamtx on the path')
  const program = join(folder, 'mediamtx')
  const version = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  const off = Object.fromEntries(
    ['RTMP', 'HLS', 'WEBRTC', 'SRT', 'API', 'METRICS'].map((name) => [`MTX_${name}`, 'no']),
  )
  const configuration = join(workFolder, 'mediamtx.yml')
  writeFileSync(configuration, 'paths:\n  all_others:\n')
  return contender(`MediaMTX ${version}`, ({ port, rtpPort }) => ({
    command: [program, configuration],
    env: {
      ...off,
      MTX_LOGLEVEL: 'info',
      MTX_WRITEQUEUESIZE: '4096',
      MTX_RTSPADDRESS: `127.0.0.1:${port}`,
      MTX_RTPADDRESS: `127.0.0.1:${rtpPort}`,
      MTX_RTCPADDRESS: `127.0.0.1:${rtpPort + 1}`,
    },
  }))
}

/** A server for Node from the package registry, put into a folder of its own: not a dependency of ours. */
function rtspStreamingServer() {
  const folder = join(workFolder, 'rtsp-streaming-server')
  const install = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
  execFileSync('npm', [...install, 'rtsp-streaming-server@2.1.0'], { stdio: 'pipe' })
  const main = join(folder, 'main.cjs')
  writeFileSync(
    main,
    `const { default: RtspServer } = require('rtsp-streaming-server')
const [serverPort, clientPort] = process.argv.slice(2).map(Number)
new RtspServer({ serverPort, clientPort, rtpPortStart: serverPort + 1000, rtpPortCount: 5000 })
  .start()
  .then(() => console.log('listening'))
`,
  )
  const name = 'rtsp-streaming-server 2.1.0'
  const describe = (/** @type {{ port: number }} */ { port }) => ({
    command: [process.execPath, main, String(port), String(port + 1)],
    readPort: port + 1,
  })
  // It knows UDP only.
  return contender(name, describe, ['udp'])
}
