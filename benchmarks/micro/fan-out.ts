import type { Clock } from '../../src/contracts/clock.ts'
import type { ByteDuplex, DatagramSocket } from '../../src/contracts/network.ts'
import { h264Format } from '../../src/formats/create-format.ts'
import type { ReaderTarget } from '../../src/media/outbound/reader-options.ts'
import { StreamHub } from '../../src/media/outbound/stream-hub.ts'

/**
 * What the hub itself costs per packet and reader: sinks do nothing, so this is the price on top of the system calls.
 * The load is that of a camera: 4 Mbit/s, 30 pictures a second, packets of 1,200 bytes, 14 of them in a burst.
 *
 * Node 22.18 and later run it as it is (`node benchmarks/micro/fan-out.ts`); with Node 20 compile it first.
 */

const endpoint = { address: '127.0.0.1', port: 1, zone: '' }
const nothing = (): void => undefined

function nullDuplex(): ByteDuplex {
  return {
    remote: endpoint,
    local: endpoint,
    queuedBytes: 0,
    flushedBytes: 0,
    open: nothing,
    write: nothing,
    pause: nothing,
    resume: nothing,
    end: nothing,
    destroy: nothing,
  }
}

const nullSocket: DatagramSocket = {
  local: endpoint,
  queuedDatagrams: 0,
  open: nothing,
  send: nothing,
  close: () => Promise.resolve(),
}

let endTurn = nothing
const clock: Clock = {
  now: () => performance.now(),
  wallNow: () => performance.timeOrigin + performance.now(),
  setTimer: () => ({ cancel: nothing }),
  afterTurn: (callback) => {
    endTurn = callback
  },
}

function measure(
  name: string,
  readers: number,
  packetsPerBurst: number,
  target: () => ReaderTarget,
  firstChannel: number,
): void {
  let next = 1
  const hub = new StreamHub(
    {
      title: '',
      fecGroups: [],
      control: '',
      warnings: [],
      medias: [
        {
          type: 'video',
          id: '',
          isBackChannel: false,
          profile: 'AVP',
          control: '',
          formats: [h264Format({ payloadType: 96 })],
        },
      ],
    },
    { clock, entropy: { bytes: (count) => new Uint8Array(count), uint32: () => next++ } },
  )
  for (let index = 0; index < readers; index += 1) {
    const reader = hub.createReader({
      target: target(),
      medias: [
        {
          mediaIndex: 0,
          rtpChannel: firstChannel,
          rtcpChannel: firstChannel + 1,
          rtpPort: 5000,
          rtcpPort: 5001,
          receives: true,
        },
      ],
      limits: { maxQueuedBytes: 1 << 20, maxQueuedPackets: 1024 },
      policy: 'drop-to-random-access',
      senderReports: true,
      hooks: { onFirstReport: nothing, onDropStart: nothing, onDropEnd: nothing, onExhausted: nothing },
    })
    reader.arm()
    reader.release()
  }
  const packet = new Uint8Array(1200)
  packet[0] = 0x80
  packet[1] = 96
  packet[12] = 0x41
  const run = (bursts: number): number => {
    const start = performance.now()
    for (let burst = 0; burst < bursts; burst += 1) {
      for (let index = 0; index < packetsPerBurst; index += 1) {
        packet[3] = (packet[3] ?? 0) + 1
        hub.writeRtp(0, packet)
      }
      endTurn()
    }
    return performance.now() - start
  }
  const bursts = Math.ceil(4_000_000 / (readers + 20) / packetsPerBurst)
  run(bursts)
  const times = [run(bursts), run(bursts), run(bursts)].sort((a, b) => a - b)
  const perPacket = ((times[1] ?? 0) * 1e6) / (bursts * packetsPerBurst)
  const perReader = (perPacket / readers).toFixed(1)
  console.log(
    `${name.padEnd(28)} ${String(readers).padStart(5)} readers ${String(packetsPerBurst).padStart(3)} packets a burst: ${perPacket.toFixed(0)} ns a packet, ${perReader} ns a packet and reader`,
  )
}

const tcp = (): ReaderTarget => ({ protocol: 'tcp', duplex: nullDuplex() })
const udp = (): ReaderTarget => ({ protocol: 'udp', rtp: nullSocket, rtcp: nullSocket, address: '127.0.0.1' })

for (const readers of [1, 100, 200, 1000]) measure('tcp, usual channels', readers, 14, tcp, 0)
measure('tcp, one packet a turn', 100, 1, tcp, 0)
measure('tcp, other channels', 100, 14, tcp, 4)
for (const readers of [100, 1000]) measure('udp', readers, 14, udp, 0)
