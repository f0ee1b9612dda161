// What a datagram to a reader costs in CPU time of this process, with Node's own sending and with batches. The whole
// road is walked: hub, sink, socket, loopback, and sockets of another process that read. The load is that of a camera:
// bursts of ten 1,200-byte packets.
//
//   npm run build && taskset -c 0 node benchmarks/micro/udp-batching.js [seconds for each run, default 3] [dist folder]
//
// Ways are taken in turn (A B A B), so that what else the machine does falls on all of them; medians are printed.
// Loopback charges the receiver's share of the kernel to the sender: compare ratios.
import { fork } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

const packetsPerBurst = 10
const burstEveryMs = 20
const rounds = 3

if (process.argv[2] === 'receive') await receive(Number(process.argv[3]))
else await main(Number(process.argv[2] ?? 3), process.argv[3])

/** The peers: sockets that count. */
async function receive(count) {
  let received = 0
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = createSocket('udp4')
      socket.on('message', () => received++)
      await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve))
      socket.setRecvBufferSize(1 << 20)
      return socket
    }),
  )
  process.on('message', () => {
    process.send({ received })
    received = 0
  })
  process.on('disconnect', () => process.exit())
  process.send({ ports: sockets.map((socket) => socket.address().port) })
}

async function main(seconds, folder = fileURLToPath(new URL('../../dist', import.meta.url))) {
  const load = (path) => import(new URL(path, pathToFileURL(`${folder}/`)))
  const { bindUdp } = await load('io/node-udp.js')
  const { StreamHub } = await load('media/outbound/stream-hub.js')
  const { h264Format } = await load('formats/create-format.js')
  const { rtpPacketBytes, makeHub } = hubMaker(StreamHub, h264Format)
  console.log(
    `Node ${process.versions.node}, ${packetsPerBurst} packets of ${rtpPacketBytes} bytes every ${burstEveryMs} ms`,
  )
  for (const readers of [100, 200]) {
    const peers = await startPeers(readers)
    for (const host of ['127.0.0.1', '']) {
      const results = { 'one by one': [], batches: [] }
      for (let round = 0; round < rounds; round += 1) {
        for (const way of Object.keys(results)) {
          const options = { host, port: 0, receiveBufferBytes: 0, batching: way === 'batches' }
          const rtp = await bindUdp(options)
          const rtcp = await bindUdp(options)
          for (const socket of [rtp, rtcp]) socket.open({ onDatagram() {}, onError: (error) => console.error(error) })
          if (way === 'batches' && rtp.batching.mode === 'none') console.log(`no batching: ${rtp.batching.reason}`)
          const burst = makeHub(rtp, rtcp, peers.ports)
          results[way].push(await measure(burst, readers, seconds, peers))
          await rtp.close()
          await rtcp.close()
        }
      }
      for (const [way, figures] of Object.entries(results)) {
        figures.sort((a, b) => a.cost - b.cost)
        const { cost, lost } = figures[Math.floor(rounds / 2)]
        const family = host === '' ? 'dual stack' : 'IPv4'
        console.log(
          `${String(readers).padStart(4)} readers, ${family.padEnd(10)} ${way.padEnd(10)} ${cost.toFixed(2)} us a datagram, lost ${lost}`,
        )
      }
    }
    peers.stop()
  }
}

async function startPeers(count) {
  const child = fork(fileURLToPath(import.meta.url), ['receive', String(count)])
  const answer = () => new Promise((resolve) => child.once('message', resolve))
  const { ports } = await answer()
  const ask = async () => {
    const answered = answer()
    child.send('count')
    return (await answered).received
  }
  return { ports, ask, stop: () => child.disconnect() }
}

async function measure(burst, readers, seconds, peers) {
  const bursts = Math.round((seconds * 1000) / burstEveryMs)
  for (let index = 0; index < 20; index += 1) {
    burst()
    await wait(burstEveryMs)
  }
  await wait(200)
  await peers.ask()
  const idle = await idleCost(bursts)
  const before = process.cpuUsage()
  for (let index = 0; index < bursts; index += 1) {
    burst()
    await wait(burstEveryMs)
  }
  const { user, system } = process.cpuUsage(before)
  await wait(300)
  const sent = bursts * packetsPerBurst * readers
  return { cost: (user + system - idle) / sent, lost: sent - (await peers.ask()) }
}

/** What the waiting alone costs, so that it is not taken for the cost of sending. */
async function idleCost(bursts) {
  const before = process.cpuUsage()
  for (let index = 0; index < bursts / 4; index += 1) await wait(burstEveryMs)
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 4
}

function hubMaker(StreamHub, h264Format) {
  const packet = new Uint8Array(1200)
  packet.set([0x80, 96], 0)
  packet[12] = 0x41
  const makeHub = (rtp, rtcp, ports) => {
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
    const hub = new StreamHub({ ...description, medias }, { clock, entropy })
    for (const port of ports) {
      const reader = hub.createReader({
        target: { protocol: 'udp', rtp, rtcp, address: '127.0.0.1' },
        medias: [{ mediaIndex: 0, rtpChannel: 0, rtcpChannel: 1, rtpPort: port, rtcpPort: port, receives: true }],
        limits: { maxQueuedBytes: 1 << 20, maxQueuedPackets: 1024 },
        policy: 'drop-to-random-access',
        senderReports: false,
        hooks: { onFirstReport() {}, onDropStart() {}, onDropEnd() {} },
      })
      reader.arm()
      reader.release()
    }
    let sequence = 0
    return () => {
      for (let index = 0; index < packetsPerBurst; index += 1) {
        sequence = (sequence + 1) & 0xffff
        packet[2] = sequence >>> 8
        packet[3] = sequence & 0xff
        hub.writeRtp(0, packet)
      }
      endTurn()
    }
  }
  return { rtpPacketBytes: packet.length, makeHub }
}
