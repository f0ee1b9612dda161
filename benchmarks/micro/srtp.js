// What SRTP costs: RTP packets of 1,200 bytes protected and unprotected per second of CPU time of this process, which is
// one core. Beside it the plain way of doing it, with a cipher and an HMAC object for each packet, and, where they are
// installed in a folder that is named, the sessions of werift-rtp.
//
//   npm run build && taskset -c 0 node benchmarks/micro/srtp.js [packets for each run, default 60000] [folder of node_modules]
//
// Ways are taken in turn, so that what else the machine does falls on all of them; medians of five rounds and half the
// spread are printed. Compare ratios.
import { createCipheriv, createHmac, createSecretKey } from 'node:crypto'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median, round, spreadPercent } from '../lib/statistics.js'

const dist = process.env.RXRTSP_DIST ?? resolve(import.meta.dirname, '../../dist')
const { createRtp, isFailure, SrtpReceiver, SrtpSender } = await import(
  pathToFileURL(resolve(dist, 'wire/index.js')).href
)

const packetBytes = 1200
const rounds = 5
const keys = { masterKey: new Uint8Array(16).fill(1), masterSalt: new Uint8Array(14).fill(2) }
const payload = new Uint8Array(packetBytes - 12).fill(3)

/** RTP packets in order, starting with sequence number 0 and wrapping. */
function packetsOf(count) {
  return Array.from({ length: count }, (_, index) => {
    return createRtp({ payloadType: 96, sequenceNumber: index & 0xffff, timestamp: 0, ssrc: 7, payload }).bytes
  })
}

/** Ways to protect packets: each makes a function that does one, with a state of its own. */
export const protectors = {
  'protect, into memory that is there': () => {
    const sender = new SrtpSender(keys)
    const into = new Uint8Array(packetBytes + sender.rtpOverheadBytes)
    return (packet) => sender.protectRtpInto(packet, into, 0)
  },
  protect: () => {
    const sender = new SrtpSender(keys)
    return (packet) => sender.protectRtp(packet)
  },
  'objects for each packet, one update': () => {
    const cipherKey = createSecretKey(keys.masterKey)
    const macKey = createSecretKey(new Uint8Array(20))
    const vector = new Uint8Array(16)
    const scratch = new Uint8Array(packetBytes + 14)
    return (packet) => {
      vector.set(packet.subarray(2, 4), 12)
      scratch.set(packet.subarray(0, 12))
      scratch.set(createCipheriv('aes-128-ctr', cipherKey, vector).update(packet.subarray(12)), 12)
      const tag = createHmac('sha1', macKey)
        .update(scratch.subarray(0, packetBytes + 4))
        .digest()
      const out = scratch.slice(0, packetBytes + 10)
      out.set(tag.subarray(0, 10), packetBytes)
      return out
    }
  },
}

const unprotectors = {
  unprotect: () => {
    const receiver = new SrtpReceiver(keys)
    return (bytes) => {
      if (isFailure(receiver.unprotectRtp(bytes))) throw new Error('a packet was refused')
    }
  },
  'unprotect, forged': () => {
    const receiver = new SrtpReceiver(keys)
    receiver.unprotectRtp(new SrtpSender(keys).protectRtp(packetsOf(1)[0]))
    return (bytes) => {
      bytes[20] ^= 1
      if (!isFailure(receiver.unprotectRtp(bytes))) throw new Error('a forged packet was taken')
      bytes[20] ^= 1
    }
  },
}

/** Sessions of werift-rtp, if they are there. */
function addWerift(folder) {
  if (folder === undefined) return
  const { RtpHeader, SrtpSession } = createRequire(resolve(folder, 'node_modules/x.js'))('werift-rtp')
  const half = { localMasterKey: Buffer.from(keys.masterKey), localMasterSalt: Buffer.from(keys.masterSalt) }
  const both = {
    ...half,
    remoteMasterKey: half.localMasterKey,
    remoteMasterSalt: half.localMasterSalt,
  }
  const session = () => new SrtpSession({ keys: both, profile: 0x0001 })
  protectors['protect of werift-rtp'] = () => {
    const sender = session()
    return (packet) => {
      const buffer = Buffer.from(packet.buffer, packet.byteOffset, packet.length)
      return sender.encrypt(buffer.subarray(12), RtpHeader.deSerialize(buffer))
    }
  }
  unprotectors['unprotect of werift-rtp'] = () => {
    const receiver = session()
    return (bytes) => receiver.decrypt(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  }
}

/** Packets per second of CPU time. */
function rateOf(work, packets) {
  const before = process.cpuUsage()
  for (const packet of packets) work(packet)
  const { user, system } = process.cpuUsage(before)
  return packets.length / ((user + system) / 1e6)
}

export function main(count = 60_000, folder = undefined) {
  addWerift(folder)
  const plain = packetsOf(count)
  const sender = new SrtpSender(keys)
  const secret = plain.map((packet) => sender.protectRtp(packet))
  const rates = {}
  for (let at = 0; at <= rounds; at += 1) {
    for (const [ways, packets] of [
      [protectors, plain],
      [unprotectors, secret],
    ]) {
      for (const [name, make] of Object.entries(ways)) {
        const rate = rateOf(make(), packets)
        // The first round only warms up.
        if (at > 0) (rates[name] ??= []).push(rate)
      }
    }
  }
  console.log(`Node ${process.versions.node}, packets of ${packetBytes} bytes, ${count} for each run`)
  for (const [name, all] of Object.entries(rates)) {
    const spread = spreadPercent(all).toFixed(0)
    console.log(`${name.padEnd(38)} ${round(median(all)).padStart(8)} packets/s ±${spread}%`)
  }
}

if (import.meta.filename === process.argv[1])
  main(process.argv[2] === undefined ? undefined : Number(process.argv[2]), process.argv[3])
