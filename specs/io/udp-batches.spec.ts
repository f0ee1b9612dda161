/**
 * Batches over real loopback sockets. The one thing that must hold whatever is sent and whatever goes wrong: the
 * receivers see exactly the datagrams that were given, in order.
 */
import fc from 'fast-check'
import { createSocket } from 'node:dgram'
import { afterEach, describe, expect, it } from 'vitest'
import type { DatagramSocket } from '../../src/contracts/network.ts'
import { findUdpBatching } from '../../src/io/udp-batching.ts'
import type { UdpCalls } from '../../src/io/udp-calls.ts'
import { bindUdp } from '../../src/io/node-udp.ts'
import { realCalls } from './udp-fakes.ts'

const support = await findUdpBatching(() => Promise.resolve(realCalls ?? 'no calls'))
const works = typeof support !== 'string'
const calls = support as UdpCalls

const opened: DatagramSocket[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((socket) => socket.close()))
})

const bind = async (host: string, way: UdpCalls | string) => {
  const options = { host, port: 0, receiveBufferBytes: 0 }
  const socket = await bindUdp(options, () => Promise.resolve(way))
  opened.push(socket)
  return socket
}

/** A receiver that knows how many datagrams it waits for. */
class Receiver {
  readonly socket: DatagramSocket
  readonly received: Uint8Array[] = []
  #wanted = 0
  #resolve: () => void = () => undefined

  constructor(socket: DatagramSocket) {
    this.socket = socket
    socket.open({
      onDatagram: (bytes) => {
        this.received.push(bytes)
        if (this.received.length === this.#wanted) this.#resolve()
      },
      onError: () => undefined,
    })
  }

  waitFor(count: number): Promise<void> {
    this.#wanted = count
    return new Promise((resolve) => {
      this.#resolve = resolve
      if (this.received.length >= count) resolve()
    })
  }
}

/** Real calls of which the next ones fail: numbers are errors, 0 is success. */
function failing(errors: number[]): UdpCalls {
  let injected = 0
  return {
    ...calls,
    // Message by message, so that an error can be that of any of them.
    sendmmsg: (fd, headers, count, flags) => {
      let sent = 0
      for (; sent < count; sent += 1) {
        injected = sent > 0 && (errors[0] ?? 0) !== 0 ? -1 : (errors.shift() ?? 0)
        if (injected === -1) break
        const taken = injected === 0 ? calls.sendmmsg(fd, headers.subarray(sent * 64), 1, flags) : -1
        if (taken !== 1) return sent > 0 ? sent : -1
      }
      return sent
    },
    errno: () => (injected === 0 ? calls.errno() : injected),
  }
}

interface Sending {
  readonly to: number
  readonly sizes: readonly number[]
}

const sending: fc.Arbitrary<Sending> = fc
  .record({
    to: fc.nat(2),
    size: fc.oneof(fc.integer({ min: 1, max: 1472 }), fc.constantFrom(1200, 1400)),
    count: fc.integer({ min: 1, max: 12 }),
    lastSize: fc.integer({ min: 1, max: 1472 }),
  })
  .map(({ to, size, count, lastSize }) => ({
    to,
    sizes: [...Array.from({ length: count }, () => size), Math.min(lastSize, size)],
  }))
/** One datagram by itself, and longer than any segment. */
const single: fc.Arbitrary<Sending> = fc.record({ to: fc.nat(2), sizes: fc.tuple(fc.integer({ min: 1, max: 9000 })) })

const errors = fc.array(fc.constantFrom(0, 0, 0, 11, 105, 22, 90, 5, 111), { maxLength: 12 })

async function check(host: string, receiverHost: string, way: UdpCalls, sendings: readonly Sending[]): Promise<void> {
  const sender = await bind(host, way)
  sender.open({ onDatagram: () => undefined, onError: () => undefined })
  const receivers = await Promise.all([0, 1, 2].map(async () => new Receiver(await bind(receiverHost, 'not here'))))
  const given: Uint8Array[][] = [[], [], []]
  let number = 0
  for (const { to, sizes } of sendings) {
    const packets = sizes.map((size) => new Uint8Array(size).fill(number++ & 0xff))
    given[to]!.push(...packets)
    const { address, port } = receivers[to]!.socket.local
    if (packets.length > 1 && sender.sendBatch?.(packets, address, port) === true) continue
    for (const packet of packets) sender.send(packet, address, port)
  }
  await Promise.all(receivers.map((receiver, index) => receiver.waitFor(given[index]!.length)))
  for (const [index, receiver] of receivers.entries()) {
    expect(receiver.received.map((bytes) => [bytes.length, bytes[0], bytes.at(-1)])).toEqual(
      given[index]!.map((bytes) => [bytes.length, bytes[0], bytes.at(-1)]),
    )
  }
  await Promise.all(opened.splice(0).map((socket) => socket.close()))
}

describe('batches over loopback', () => {
  it.runIf(works).each([
    ['from an IPv4 socket', '127.0.0.1', '127.0.0.1'],
    ['from a dual-stack socket to IPv4', '', '127.0.0.1'],
    ['from a dual-stack socket to IPv6', '', '::1'],
  ])('arrive as they were given, %s', async (_, host, receiverHost) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(sending, sending, single), { maxLength: 8 }), (sendings) =>
        check(host, receiverHost, calls, sendings),
      ),
      { numRuns: 25 },
    )
  })

  it.runIf(works)('arrive as they were given whatever the system refuses', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(sending, sending, single), { minLength: 1, maxLength: 8 }),
        errors,
        (sendings, script) => check('127.0.0.1', '127.0.0.1', failing([...script]), sendings),
      ),
      { numRuns: 50 },
    )
  })

  it.runIf(works)('of 64 datagrams are taken in one call', async () => {
    const sender = await bind('127.0.0.1', calls)
    const receiver = new Receiver(await bind('127.0.0.1', 'not here'))
    const packets = Array.from({ length: sender.maxBatchDatagrams ?? 0 }, (_, index) => new Uint8Array(900).fill(index))
    expect(sender.sendBatch?.(packets, '127.0.0.1', receiver.socket.local.port)).toBe(true)
    expect(sender.queuedDatagrams).toBe(0)
    await receiver.waitFor(64)
    expect(receiver.received.map((bytes) => bytes[899])).toEqual(packets.map((_, index) => index))
  })

  it.runIf(works)('end for good on a socket, which tells it once and sends on', async () => {
    const sender = await bind('127.0.0.1', failing([5]))
    const reasons: string[] = []
    sender.open({
      onDatagram: () => undefined,
      onError: () => undefined,
      onBatchingEnded: (reason) => reasons.push(reason),
    })
    const receiver = new Receiver(await bind('127.0.0.1', 'not here'))
    const { port } = receiver.socket.local
    const packets = [Uint8Array.of(1, 1), Uint8Array.of(2, 2)]
    expect(sender.sendBatch?.(packets, '127.0.0.1', port)).toBe(true)
    await receiver.waitFor(2)
    expect(sender.sendBatch?.(packets, '127.0.0.1', port)).toBe(false)
    expect(sender).toMatchObject({ maxBatchDatagrams: 0, batching: { mode: 'none', reason: reasons[0] } })
    expect(reasons).toEqual(['the system refuses to send batches (error 5)'])
    for (const packet of packets) sender.send(packet, '127.0.0.1', port)
    await receiver.waitFor(4)
    expect(receiver.received).toEqual([...packets, ...packets])
  })

  it.runIf(works)('are no longer sent by a socket that was closed', async () => {
    const log: number[] = []
    const sender = await bind('127.0.0.1', { ...calls, sendmmsg: (fd) => log.push(fd) })
    const closed = sender.close()
    expect(sender.sendBatch?.([Uint8Array.of(1), Uint8Array.of(2)], '127.0.0.1', 9)).toBe(false)
    sender.send(Uint8Array.of(1), '127.0.0.1', 9)
    await closed
    expect(log).toEqual([])
  })

  it.runIf(works)('need a socket of ours, whose port nobody else can share all the same', async () => {
    const sender = await bind('127.0.0.1', calls)
    expect(sender.batching).toEqual({ mode: 'gso', reason: '' })
    const other = createSocket({ type: 'udp4', reuseAddr: true })
    const outcome = await new Promise<unknown>((resolve) => {
      other.once('error', resolve)
      other.bind(sender.local.port, '127.0.0.1', () => resolve('shared'))
    })
    other.close()
    expect(outcome).toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('a socket that could not be made around Node', () => {
  it.runIf(works)('is made by Node', async () => {
    let closes = 0
    const refusing: UdpCalls = {
      ...calls,
      bind: () => -1,
      close: (fd) => {
        closes += 1
        return calls.close(fd)
      },
    }
    const socket = await bind('127.0.0.1', refusing)
    expect(socket).toMatchObject({
      maxBatchDatagrams: 0,
      batching: { mode: 'none', reason: 'the socket cannot be bound around Node' },
    })
    expect(closes).toBe(1)
  })

  it.runIf(works)('or that Node does not take over, is made by Node as well', async () => {
    // A descriptor that is no socket: nothing that Node takes.
    const socket = await bind('127.0.0.1', { ...calls, socket: () => 0x7fff_fff0, bind: () => 0, close: () => 0 })
    expect(socket.batching?.reason).toMatch(/^Node does not take over the socket/u)
    expect(socket.local.port).toBeGreaterThan(0)
  })
})
