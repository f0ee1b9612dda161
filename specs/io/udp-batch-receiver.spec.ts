/**
 * Datagrams that are taken together. Whatever comes, from whomever and in whatever sizes, the owner sees each once, in
 * order of its sender, with the sender's address, and may keep it.
 */
import fc from 'fast-check'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { DatagramSocket } from '../../src/contracts/network.ts'
import { bindUdp } from '../../src/io/node-udp.ts'
import { UdpBatchReceiver } from '../../src/io/udp-batch-receiver.ts'
import type { UdpCalls } from '../../src/io/udp-calls.ts'
import { FakeCalls, realCalls } from './udp-fakes.ts'

const opened: { close(): unknown }[] = []

afterEach(() => {
  for (const socket of opened.splice(0)) socket.close()
})

async function senderOn(address: string): Promise<Socket> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  opened.push(socket)
  socket.bind(0, address)
  await once(socket, 'listening')
  return socket
}

/** A socket that counts what came around Node. */
async function receiverOn(host: string): Promise<{ socket: DatagramSocket; taken: () => number }> {
  let taken = 0
  const calls: UdpCalls = {
    ...realCalls!,
    recvmmsg: (...values) => {
      const count = realCalls!.recvmmsg(...values)
      taken += Math.max(0, count)
      return count
    },
  }
  const socket = await bindUdp({ host, port: 0, receiveBufferBytes: 1 << 20 }, () => Promise.resolve(calls))
  opened.push(socket)
  return { socket, taken: () => taken }
}

const given = fc.array(
  fc.record({
    by: fc.nat(2),
    size: fc.oneof(fc.constant(1200), fc.integer({ min: 0, max: 1500 }), fc.constantFrom(9_000, 40_000)),
  }),
  { minLength: 1, maxLength: 60 },
)

describe('datagrams that came together', () => {
  it.runIf(realCalls !== undefined).each([
    ['over IPv4', '127.0.0.1', '127.0.0.1', '127.0.0.1'],
    ['over IPv4 into a dual-stack socket', '', '127.0.0.1', '127.0.0.1'],
    ['over IPv6', '', '::1', '::1'],
  ])('arrive once, in order, from whom they are, and can be kept: %s', async (_, host, address, spelt) => {
    const senders = [await senderOn(address), await senderOn(address), await senderOn(address)]
    const { socket, taken } = await receiverOn(host)
    let received: { bytes: Uint8Array; address: string; port: number }[] = []
    let tell = (): void => undefined
    socket.open({
      onDatagram: (bytes, from, port) => {
        received.push({ bytes, address: from, port })
        tell()
      },
      onError: () => undefined,
    })
    await fc.assert(
      fc.asyncProperty(given, async (plan) => {
        received = []
        const all = new Promise<void>((resolve) => {
          tell = () => {
            if (received.length === plan.length) resolve()
          }
        })
        for (const [index, { by, size }] of plan.entries()) {
          senders[by]!.send(new Uint8Array(size).fill(index + 1), socket.local.port, address)
        }
        await all
        for (const [by, sender] of senders.entries()) {
          const expected = plan.flatMap((one, index) => (one.by === by ? [[one.size, one.size && index + 1]] : []))
          const mine = received.filter(({ port }) => port === sender.address().port)
          expect(mine.map(({ bytes }) => [bytes.length, bytes.at(-1) ?? 0])).toEqual(expected)
          expect(mine.every((one) => one.address === spelt)).toBe(true)
        }
      }),
      { numRuns: 30 },
    )
    expect(taken()).toBeGreaterThan(0)
  })

  it.runIf(realCalls !== undefined)('are not told any more once the owner has closed the socket', async () => {
    const sender = await senderOn('127.0.0.1')
    const { socket } = await receiverOn('127.0.0.1')
    let told = 0
    const closed = new Promise<void>((resolve) => {
      socket.open({
        onDatagram: () => {
          told += 1
          if (told === 3) void socket.close().then(resolve)
        },
        onError: () => undefined,
      })
    })
    for (let index = 0; index < 20; index += 1) sender.send(new Uint8Array(100), socket.local.port, '127.0.0.1')
    await closed
    expect(told).toBe(3)
  })
})

describe('the batch receiver', () => {
  const handler = { onDatagram: () => undefined, onError: () => undefined }

  it('leaves traffic that comes one by one to Node, and asks less and less often', () => {
    const calls = new FakeCalls()
    const receiver = new UdpBatchReceiver(calls, 77)
    const asked: number[] = []
    for (let datagram = 0; datagram < 200; datagram += 1) {
      calls.log.length = 0
      receiver.takeWaiting(handler, () => true)
      if (calls.log.length > 0) asked.push(datagram)
    }
    expect(asked).toEqual([0, 2, 5, 10, 19, 36, 69, 102, 135, 168])
  })

  it('asks a bounded number of times in a row, however much comes', () => {
    let calls = 0
    const endless = Object.assign(new FakeCalls(), {
      recvmmsg: (_fd: number, _headers: Uint8Array, count: number) => {
        calls += 1
        return count
      },
    })
    new UdpBatchReceiver(endless, 77).takeWaiting(handler, () => true)
    expect(calls).toBe(8)
  })
})
