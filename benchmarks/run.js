// `npm run bench`: what the server costs, in a table, in under five minutes. `-- --peers` measures every peer of this
// machine beside it, window by window in turn (A B A B), so that whatever else the machine does falls on all of them.
//
//   node benchmarks/run.js [--peers] [--quick] [--only fan-out,churn,ingest,growth,memory,sustain,micro,cross-check,soak]
//     [--against dist] [--no-results]
//
// `sustain` is part of runs with peers only, and `soak` takes ten minutes (or --minutes) and has to be asked for.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { findPeers, floor, ourselves } from './contenders.js'
import { buildLoad, read, withStream, workFolder } from './lib/load.js'
import { Report } from './lib/report.js'
import { median, round, summary } from './lib/statistics.js'
import { codecResults, fetchWerift } from './micro/codecs.js'
import { microResults } from './micro/wire-and-kernel.js'
import { startChurn } from './scenarios/churn.js'
import { countPackets } from './scenarios/cross-check.js'
import { fanOut } from './scenarios/fan-out.js'
import { growth } from './scenarios/growth.js'
import { ingest } from './scenarios/ingest.js'
import { memoryPerReader, soak, stalledReaders } from './scenarios/memory.js'
import { sustain } from './scenarios/sustain.js'

/** @typedef {Contender} Contender */

const { values: options } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    /** Of `soak`. */
    minutes: { type: 'string', default: '10' },
    'no-results': { type: 'boolean', default: false },
    /** Another `dist` to measure beside this one. */
    against: { type: 'string' },
  },
})

if (platform() !== 'linux' || availableParallelism() < 2) {
  console.error('the benchmarks need Linux and two cores: one for the server, one for the load')
  process.exit(1)
}

const usual = [
  'fan-out',
  'churn',
  'ingest',
  'growth',
  'memory',
  ...(options.peers ? ['sustain'] : []),
  'micro',
  'cross-check',
]
const wanted = new Set(options.only?.split(',') ?? usual)
const rounds = options.quick ? 1 : options.peers ? 5 : 3
// Without peers the whole run is to be over in five minutes.
const seconds = options.quick || !options.peers ? 2 : 3

const report = new Report()
const say = (line = '') => report.say(line)
const table = report.table.bind(report)
const attempt = report.attempt.bind(report)

async function measureFanOut(/** @type {readonly Contender[]} */ contenders) {
  /** @type {import('./scenarios/fan-out.js').Window[]} */
  const windows = []
  const readerCounts = options.peers ? [50, 100, 200] : [50, 200]
  const plan = /** @type {const} */ ({ transports: ['tcp', 'udp'], readerCounts, seconds })
  for (let index = 0; index < rounds; index += 1) {
    for (const contender of contenders) {
      await attempt(`${contender.name}, fan-out`, () =>
        fanOut(contender, { ...plan, warmupSeconds: options.peers ? 8 : seconds }, (window) => {
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

async function measureChurn(/** @type {readonly Contender[]} */ all) {
  say('## Sessions: connect, OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, over TCP')
  say()
  /** @type {Awaited<ReturnType<typeof startChurn>>[]} */
  const running = []
  try {
    for (const contender of all.filter(({ transports }) => transports.includes('tcp'))) {
      await attempt(`${contender.name}, sessions`, async () => {
        running.push(await startChurn(contender, options.quick ? 3 : 15))
      })
    }
    const rows = []
    for (const atOnce of [1, 8]) {
      /** @type {Map<string, Awaited<ReturnType<typeof running[0]['window']>>[]>} */
      const results = new Map(running.map(({ name }) => [name, []]))
      for (let index = 0; index < rounds; index += 1) {
        for (const { name, window } of running) {
          await attempt(`${name}, sessions`, async () => void results.get(name)?.push(await window(atOnce, seconds)))
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
  } finally {
    for (const server of running) await server.stop()
  }
}

async function measureIngest(/** @type {readonly Contender[]} */ contenders) {
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

async function measureGrowth(/** @type {readonly Contender[]} */ contenders) {
  say('## Growth: 1 Mbit/s, 30 pictures a second, over TCP')
  say()
  const rows = []
  const shapes = options.quick
    ? [[200, 1]]
    : /** @type {const} */ ([
        [200, 1],
        [2000, 1],
        [200, 200],
      ])
  for (const [readers = 0, streams = 0] of shapes) {
    for (const contender of contenders.filter((one) => one.isAnyPath && one.transports.includes('tcp'))) {
      await attempt(`${contender.name}, ${readers} readers of ${streams} streams`, async () => {
        const result = await growth(contender, {
          readers,
          streams,
          seconds,
          warmupSeconds: 4,
          rounds: options.peers ? 3 : 1,
        })
        const share = `${round(result.coreShare * 100)}%`
        const ingestShare = `${round(result.ingestShare * 100)}%`
        const { microsPerPacket, deliveryMicros, latencyP99Ms, lost } = result
        const counts = [String(readers), String(streams), contender.name]
        rows.push([
          ...counts,
          round(microsPerPacket),
          share,
          ingestShare,
          round(deliveryMicros),
          round(latencyP99Ms),
          String(lost),
        ])
      })
    }
  }
  const shares = ['of a core', 'publishers alone', 'us per packet without them']
  table(['readers', 'streams', 'server', 'CPU us per packet', ...shares, 'p99 ms', 'lost'], rows)
  say('With 200 streams one packet is taken in for each one delivered, so the cost of the same publishers while nobody')
  say('reads is measured right before, and taken off in "us per packet without them".')
  say()
}

async function measureMemory() {
  say('## Memory: resident, over TCP')
  say()
  const contender = ourselves()
  const readerCounts = options.peers ? [200, 1000, 2000] : [200, 1000]
  await attempt('memory', async () => {
    const { baseKilobytes, rows } = await memoryPerReader(contender, { readerCounts, seconds })
    table(
      ['readers', 'MB', 'kB per reader beyond the base'],
      [
        ['0, warmed up', round(baseKilobytes / 1024), ''],
        ...rows.map(({ readers, kilobytes, perReader }) => [
          String(readers),
          round(kilobytes / 1024),
          round(perReader),
        ]),
      ],
    )
  })
  await attempt('stalled readers', async () => {
    const readers = 50
    const { perReader } = await stalledReaders(contender, { readers, seconds: options.peers ? 8 : 5 })
    say(
      `${readers} readers that stop reading at 16 Mbit/s cost at most ${round(perReader)} kB each until they are given up;`,
    )
    say('the bound of what waits for one is 2,048 kB, and bytes that wait for several readers are there once.')
    say()
  })
}

async function measureSoak() {
  say('## Memory over time')
  say()
  const minutes = Number(options.minutes)
  const readers = 200
  const { firstKilobytes, lastKilobytes, perMinute, lost } = await soak(ourselves(), { readers, minutes })
  const megabytes = [firstKilobytes, lastKilobytes].map((kilobytes) => round(kilobytes / 1024))
  say(
    `${readers} readers for ${minutes} minutes, the first fifth left out: ${megabytes[0]} MB, in the end ${megabytes[1]} MB,`,
  )
  say(`slope ${round(perMinute)} kB a minute; ${lost} packets lost.`)
  say()
}

async function measureSustain(/** @type {readonly Contender[]} */ contenders) {
  say('## Sustained: most readers of one 4 Mbit/s stream without loss and with p99 below 500 ms, on one core')
  say()
  const rows = []
  for (const transport of /** @type {const} */ (['tcp', 'udp'])) {
    for (const contender of contenders.filter((one) => one.transports.includes(transport))) {
      await attempt(`${contender.name}, sustained over ${transport}`, async () => {
        const { readers, result, isLoadLimit } = await sustain(contender, { transport, seconds })
        const share = result === undefined ? '-' : `${round((result.cpuSeconds / result.windowSeconds) * 100)}%`
        const p99 = round(result?.latencyP99Ms ?? NaN)
        rows.push([
          transport.toUpperCase(),
          contender.name,
          String(readers),
          share,
          p99,
          isLoadLimit ? 'the generator' : 'the server',
        ])
      })
    }
  }
  table(['over', 'server', 'readers', 'of its core', 'p99 ms', 'who gave up first'], rows)
}

function measureMicro() {
  say('## Inside of the process')
  say()
  const werift = options.peers ? fetchWerift(join(workFolder, 'werift-rtp')) : undefined
  const codecs = codecResults(werift)
  table(
    ['what', 'ns', 'bytes allocated'],
    [
      ...microResults().map(({ what, nanos }) => [what, nanos.toFixed(0), '-']),
      ...codecs.map(({ what, nanos, bytes }) => [
        what,
        nanos.toFixed(0),
        bytes < 0 ? 'not measurable' : bytes.toFixed(0),
      ]),
    ],
  )
}

function crossCheck() {
  return withStream(ourselves(), { path: 'check', transport: 'tcp' }, async (server, url) => {
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
  })
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
  `Written on ${new Date().toISOString().slice(0, 10)} by \`node benchmarks/run.js ${process.argv.slice(2).join(' ')}\`. benchmarks/README.md says what is measured and how.`,
)
say()
const model = cpus()[0]?.model.trim() ?? 'unknown'
const gigabytes = (totalmem() / 2 ** 30).toFixed(0)
say(
  `Machine: ${model}, ${availableParallelism()} cores, ${gigabytes} GB, Linux ${release()}, Node ${process.versions.node}.`,
)
say(
  `Load average when it began: ${loadavg()[0]?.toFixed(1)}. Fan-out and sessions: medians of ${rounds} windows of ${seconds} s; ± is half the range.`,
)
for (const line of unavailable) say(`(${line})`)
say()
if (wanted.has('fan-out')) await measureFanOut([...contenders, floor()])
if (wanted.has('churn')) await measureChurn([...contenders, floor()])
if (wanted.has('ingest')) await measureIngest(contenders)
if (wanted.has('growth')) await measureGrowth(contenders)
if (wanted.has('memory')) await measureMemory()
if (wanted.has('sustain')) await measureSustain(contenders)
if (wanted.has('soak')) await attempt('soak', measureSoak)
if (wanted.has('micro')) measureMicro()
if (wanted.has('cross-check')) await attempt('cross-check', crossCheck)
say(`Took ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`)
// Parts of a run are for looking at.
if (!options['no-results'] && options.only === undefined)
  writeResults(resolve(import.meta.dirname, 'RESULTS.md'), report.lines.join('\n'))

/** What people wrote about the results stays: everything from the mark on. It may be about an earlier run then. */
function writeResults(/** @type {string} */ file, /** @type {string} */ text) {
  const mark = '<!-- from here on by hand -->'
  const [, written] = existsSync(file) ? readFileSync(file, 'utf8').split(mark, 2) : []
  writeFileSync(file, written === undefined ? `${text}\n` : `${text}\n\n${mark}${written}`)
}
