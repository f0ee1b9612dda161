// `npm run bench`: what the server costs, in a table, in under five minutes. `-- --peers` measures every peer of this
// machine beside it, window by window in turn (A B A B), so that whatever else the machine does falls on all of them.
//
//   node benchmarks/run.js [--peers] [--quick] [--only fan-out,churn,ingest,growth,micro,cross-check] [--no-results]
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { findPeers, ourselves } from './contenders.js'
import { buildLoad, publish, read } from './lib/load.js'
import { median, round, summary } from './lib/statistics.js'
import { microResults } from './micro/wire-and-kernel.js'
import { sessionChurn } from './scenarios/churn.js'
import { countPackets } from './scenarios/cross-check.js'
import { fanOut } from './scenarios/fan-out.js'
import { growth } from './scenarios/growth.js'
import { ingest } from './scenarios/ingest.js'

const { values: options } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'fan-out,churn,ingest,growth,micro,cross-check' },
    'no-results': { type: 'boolean', default: false },
    /** Another `dist` to measure beside this one. */
    against: { type: 'string' },
  },
})

if (platform() !== 'linux' || availableParallelism() < 2) {
  console.error('the benchmarks need Linux and two cores: one for the server, one for the load')
  process.exit(1)
}

const wanted = new Set(options.only.split(','))
const rounds = options.quick ? 1 : 3
const seconds = options.quick ? 2 : 3

/** @type {string[]} */
const report = []

function say(line = '') {
  console.log(line)
  report.push(line)
}

/**
 * Prints a table, as Markdown with columns that line up.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  say(line(head))
  say(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
  for (const row of rows) say(line(row))
  say()
}

/** A measurement that fails (a peer that falls over) is a line in the report, once, not the end of the run. */
async function attempt(/** @type {string} */ what, /** @type {() => Promise<void>} */ work) {
  try {
    await work()
  } catch (error) {
    const line = `${what}: ${error instanceof Error ? error.message : String(error)}`.replace(/:[0-9]{5}\//, '/')
    if (report.includes(line)) return
    say(line)
    say()
  }
}

async function measureFanOut(/** @type {readonly import('./contenders.js').Contender[]} */ contenders) {
  /** @type {import('./scenarios/fan-out.js').Window[]} */
  const windows = []
  const plan = /** @type {const} */ ({ transports: ['tcp', 'udp'], readerCounts: [50, 100, 200], seconds })
  for (let index = 0; index < rounds; index += 1) {
    for (const contender of contenders) {
      await attempt(`${contender.name}, fan-out`, () =>
        fanOut(contender, { ...plan, warmupSeconds: 3 }, (window) => {
          windows.push(window)
          const { transport, readers, result } = window
          process.stderr.write(`${contender.name} ${transport} ${readers}: ${round(result.microsPerPacket)} us\n`)
        }),
      )
    }
  }
  say('## Fan-out: one publisher, N readers, 4 Mbit/s, 30 pictures a second, packets of 1,200 bytes')
  say()
  const rows = plan.transports.flatMap((transport) =>
    plan.readerCounts.flatMap((readers) =>
      contenders
        .filter((one) => one.transports.includes(transport))
        .map(({ name }) => {
          const mine = windows.filter(
            (window) => window.contender === name && window.transport === transport && window.readers === readers,
          )
          const results = mine.map((window) => window.result)
          const lost = results.reduce((sum, result) => sum + result.lost, 0)
          return [
            transport.toUpperCase(),
            String(readers),
            name,
            summary(results.map((result) => result.microsPerPacket)),
            round(median(results.map((result) => result.latencyP50Ms))),
            round(median(results.map((result) => result.latencyP99Ms))),
            String(lost),
            round(median(results.map((result) => result.residentMegabytes))),
            round(median(results.map((result) => result.foreignSeconds))),
          ]
        }),
    ),
  )
  table(
    ['over', 'readers', 'server', 'CPU us per packet', 'p50 ms', 'p99 ms', 'lost', 'MB', 'foreign CPU s'],
    rows.filter((row) => row[3] !== '-'),
  )
}

async function measureChurn(/** @type {readonly import('./contenders.js').Contender[]} */ all) {
  const contenders = all.filter(({ transports }) => transports.includes('tcp'))
  say('## Sessions: connect, OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, over TCP')
  say()
  const rows = []
  for (const atOnce of [1, 8]) {
    /** @type {Map<string, Awaited<ReturnType<typeof sessionChurn>>[]>} */
    const results = new Map(contenders.map(({ name }) => [name, []]))
    for (let index = 0; index < rounds; index += 1) {
      for (const contender of contenders) {
        await attempt(`${contender.name}, sessions`, async () => {
          results.get(contender.name)?.push(await sessionChurn(contender, { atOnce, seconds, warmupSeconds: 5 }))
        })
      }
    }
    for (const [name, windows] of results) {
      rows.push([
        String(atOnce),
        name,
        summary(windows.map((result) => result.cyclesPerSecond)),
        round(median(windows.map((result) => result.cpuMillisPerCycle))),
        round(median(windows.map((result) => result.p50Ms))),
        round(median(windows.map((result) => result.p99Ms))),
        String(windows.reduce((sum, result) => sum + result.failed, 0)),
      ])
    }
  }
  table(['at once', 'server', 'cycles a second', 'CPU ms a cycle', 'p50 ms', 'p99 ms', 'failed'], rows)
}

async function measureIngest(/** @type {readonly import('./contenders.js').Contender[]} */ contenders) {
  const publishers = 200
  say(`## Ingest: ${publishers} publishers at 4 Mbit/s, no readers`)
  say()
  const rows = []
  for (const transport of /** @type {const} */ (['tcp', 'udp'])) {
    for (const contender of contenders.filter((one) => one.isAnyPath && one.transports.includes(transport))) {
      await attempt(`${contender.name}, ingest over ${transport}`, async () => {
        const result = await ingest(contender, { publishers, transport, seconds, warmupSeconds: 3 })
        const { microsPerPacket, coreShare, lostShare } = result
        const shares = [coreShare, lostShare].map((share) => `${round(share * 100)}%`)
        rows.push([transport.toUpperCase(), contender.name, round(microsPerPacket), ...shares])
      })
    }
  }
  table(['over', 'server', 'CPU us per packet', 'of a core', 'lost'], rows)
}

async function measureGrowth() {
  say('## Growth: 1 Mbit/s, 30 pictures a second, over TCP')
  say()
  const contender = ourselves()
  const rows = []
  const shapes = options.quick
    ? [[200, 1]]
    : /** @type {const} */ ([
        [200, 1],
        [2000, 1],
        [200, 200],
      ])
  for (const [readers = 0, streams = 0] of shapes) {
    await attempt(`${readers} readers of ${streams} streams`, async () => {
      const result = await growth(contender, { readers, streams, seconds, warmupSeconds: 4 })
      const share = `${round((result.cpuSeconds / result.windowSeconds) * 100)}%`
      const { microsPerPacket, latencyP99Ms, lost } = result
      rows.push([String(readers), String(streams), round(microsPerPacket), share, round(latencyP99Ms), String(lost)])
    })
  }
  table(['readers', 'streams', 'CPU us per packet', 'of a core', 'p99 ms', 'lost'], rows)
  say(
    'The cost of taking the packets of the publishers in is part of these figures: with 200 streams that is one packet',
  )
  say('taken in for each one delivered.')
  say()
}

function measureMicro() {
  say('## Inside of the process')
  say()
  table(
    ['what', 'ns'],
    microResults().map(({ what, nanos }) => [what, nanos.toFixed(0)]),
  )
}

async function crossCheck() {
  const server = await ourselves().start()
  const publisher = await publish(server.publishUrl('check'), 'tcp')
  try {
    const url = server.readUrl('check')
    const [generator, counted] = await Promise.all([
      read(url, { readers: 20, transport: 'tcp', seconds: 2, serverPid: server.pid }),
      countPackets(url, 3),
    ])
    const byGenerator = generator.packets / generator.windowSeconds / 20
    const apart = Math.abs(counted.packetsPerSecond / byGenerator - 1) * 100
    say('## Cross-check')
    say()
    say(`The load generator counts ${round(byGenerator)} packets a second and reader (${generator.lost} lost), an`)
    say(
      `independent reader ${round(counted.packetsPerSecond)} (${counted.lost} lost): ${apart.toFixed(1)}% apart, 15% are allowed.`,
    )
    say()
    if (apart > 15) process.exitCode = 1
  } finally {
    await publisher.stop()
    await server.stop()
  }
}

buildLoad()
const contenders = [ourselves()]
const unavailable = /** @type {string[]} */ ([])
if (options.against !== undefined) contenders.push(ourselves('the other build', resolve(options.against)))
if (options.peers) contenders.push(...findPeers((line) => unavailable.push(line)))

const startedAt = performance.now()
say('# Results')
say()
say(
  `Written by \`node benchmarks/run.js ${process.argv.slice(2).join(' ')}\`. benchmarks/README.md says what is measured and how.`,
)
say()
const model = cpus()[0]?.model.trim() ?? 'unknown'
const gigabytes = (totalmem() / 2 ** 30).toFixed(0)
say(
  `Machine: ${model}, ${availableParallelism()} cores, ${gigabytes} GB, Linux ${release()}, Node ${process.versions.node}.`,
)
say(
  `Load average when it began: ${loadavg()[0]?.toFixed(1)}. Medians of ${rounds} windows of ${seconds} s; ± is half the range.`,
)
for (const line of unavailable) say(`(${line})`)
say()
if (wanted.has('fan-out')) await measureFanOut(contenders)
if (wanted.has('churn')) await measureChurn(contenders)
if (wanted.has('ingest')) await measureIngest(contenders)
if (wanted.has('growth')) await measureGrowth()
if (wanted.has('micro')) measureMicro()
if (wanted.has('cross-check')) await attempt('cross-check', crossCheck)
say(`Took ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`)
if (!options['no-results']) writeFileSync(resolve(import.meta.dirname, 'RESULTS.md'), `${report.join('\n')}\n`)
