// What a packet to many readers costs in CPU time of this process, in clear and as SRTP: a packet is encrypted once, so
// the more readers there are, the less it may matter. The whole road is walked: hub, sink, socket, loopback, and sockets
// of another process that read. The load is that of a camera: bursts of ten 1,200-byte packets.
//
//   npm run build && taskset -c 0 node benchmarks/micro/srtp-fan-out.js [readers, default 200] [bursts for each run, default 300]
//
// Ways are taken in turn (A B A B), so that what else the machine does falls on all of them; medians are printed with
// half their spread. Loopback charges the receiver's share of the kernel to the sender: compare ratios.
import { fork } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { median, spreadPercent } from '../lib/statistics.js'

const packetsPerBurst = 10
const burstEveryMs = 10
const rounds = 5

if (process.argv[2] === 'receive') await receive(Number(process.argv[3]), Number(process.argv[4]))
else await main(Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 300))

/** The peers: sockets that take everything and look at nothing. */
async function receive(count, tcpPort) {
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      connect(tcpPort, '127.0.0.1').resume()
      const socket = createSocket('udp4').on('message', () => undefined)
      await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve))
      socket.setRecvBufferSize(1 << 20)
      return socket
    }),
  )
  process.on('disconnect', () => process.exit())
  process.send({ ports: sockets.map((socket) => socket.address().port) })
}

async function main(readers, bursts) {
  const load = (path) => import(new URL(path, pathToFileURL(fileURLToPath(new URL('../../dist/', import.meta.url)))))
  const { nodeNetwork } = await load('io/node-network.js')
  const { StreamHub } = await load('media/outbound/stream-hub.js')
  const { h264Format } = await load('formats/create-format.js')
  const network = nodeNetwork()
  const duplexes = []
  const ignored = { onBytes() {}, onDrained() {}, onClosed() {}, onDatagram() {}, onError() {} }
  const listener = await network.listen(
    { host: '127.0.0.1', port: 0 },
    (duplex) => {
      duplex.open(ignored)
      duplexes.push(duplex)
    },
    () => undefined,
  )
  const child = fork(fileURLToPath(import.meta.url), ['receive', String(readers), String(listener.local.port)])
  const { ports } = await new Promise((resolve) => child.once('message', resolve))
  while (duplexes.length < readers) await wait(10)
  const bind = () => network.bindDatagram({ host: '127.0.0.1', port: 0, receiveBufferBytes: 0 })
  const [rtp, rtcp] = [await bind(), await bind()]
  for (const socket of [rtp, rtcp]) socket.open(ignored)
  const targets = {
    tcp: duplexes.map((duplex) => ({ target: { protocol: 'tcp', duplex }, port: 0 })),
    udp: ports.map((port) => ({ target: { protocol: 'udp', rtp, rtcp, address: '127.0.0.1' }, port })),
  }
  const costs = {}
  for (let round = 0; round <= rounds; round += 1) {
    for (const [protocol, peers] of Object.entries(targets)) {
      for (const isProtected of [false, true]) {
        const { burst, close } = startHub(StreamHub, h264Format, peers, isProtected)
        const cost = await measure(burst, bursts)
        close()
        // The first round only warms up.
        if (round > 0) (costs[`${protocol} ${isProtected ? 'SRTP' : 'in clear'}`] ??= []).push(cost)
      }
    }
  }
  console.log(`Node ${process.versions.node}, ${readers} readers, bursts of ${packetsPerBurst} packets of 1200 bytes`)
  for (const [way, all] of Object.entries(costs)) {
    const [protocol] = way.split(' ')
    const ratio = median(all) / median(costs[`${protocol} in clear`])
    const spread = spreadPercent(all).toFixed(0)
    console.log(
      `${way.padEnd(14)} ${median(all).toFixed(1).padStart(7)} us a packet ±${spread}%, ${ratio.toFixed(2)} of clear`,
    )
  }
  child.disconnect()
  await Promise.all([rtp.close(), rtcp.close(), listener.close()])
  for (const duplex of duplexes) duplex.destroy()
}

/** CPU time of this process for each packet, to all readers together, in microseconds. */
async function measure(burst, bursts) {
  for (let index = 0; index < 20; index += 1) {
    burst()
    await wait(burstEveryMs)
  }
  const idle = await idleCost(bursts)
  const before = process.cpuUsage()
  for (let index = 0; index < bursts; index += 1) {
    burst()
    await wait(burstEveryMs)
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system - idle) / (bursts * packetsPerBurst)
}

/** What the waiting alone costs, so that it is not taken for the cost of sending. */
async function idleCost(bursts) {
  const before = process.cpuUsage()
  for (let index = 0; index < bursts / 10; index += 1) await wait(burstEveryMs)
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 10
}

function startHub(StreamHub, h264Format, peers, isProtected) {
  const packet = new Uint8Array(1200)
  packet.set([0x80, 96], 0)
  packet[12] = 0x41
  let endTurn = () => undefined
  let ssrc = 1
  const clock = {
    now: () => performance.now(),
    wallNow: () => Date.now(),
    setTimer: () => ({ cancel() {} }),
    afterTurn: (callback) => (endTurn = callback),
  }
  const media = { type: 'video', id: '', isBackChannel: false, profile: 'AVP', control: '' }
  const description = { title: '', fecGroups: [], control: '', warnings: [] }
  const medias = [{ ...media, formats: [h264Format({ payloadType: 96 })] }]
  const entropy = { bytes: (count) => new Uint8Array(count), uint32: () => ssrc++ }
  const hub = new StreamHub({ ...description, medias }, { clock, entropy, isProtectable: isProtected })
  for (const { target, port } of peers) {
    const reader = hub.createReader({
      target,
      medias: [{ mediaIndex: 0, rtpChannel: 0, rtcpChannel: 1, rtpPort: port, rtcpPort: port, receives: true }],
      limits: { maxQueuedBytes: 1 << 20, maxQueuedPackets: 1024 },
      policy: 'drop-to-random-access',
      senderReports: false,
      isProtected,
      hooks: { onFirstReport() {}, onDropStart() {}, onDropEnd() {}, onExhausted() {} },
    })
    reader.arm()
    reader.release()
  }
  let sequence = 0
  const burst = () => {
    for (let index = 0; index < packetsPerBurst; index += 1) {
      sequence = (sequence + 1) & 0xffff
      packet[2] = sequence >>> 8
      packet[3] = sequence & 0xff
      hub.writeRtp(0, packet)
    }
    endTurn()
  }
  return { burst, close: () => hub.close() }
}
