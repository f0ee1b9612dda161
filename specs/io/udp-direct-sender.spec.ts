import { describe, expect, it } from 'vitest'
import { familyIPv4, familyIPv6 } from '../../src/io/udp-destinations.ts'
import { UdpDirectSender } from '../../src/io/udp-direct-sender.ts'
import { maxMessages } from '../../src/io/udp-outbox.ts'
import { FakeCalls } from './udp-fakes.ts'

function stage(errors: number[] = [], family = familyIPv4) {
  const calls = new FakeCalls()
  calls.errors = errors
  const ended: string[] = []
  /** What went to Node's queue. */
  const left: { size: number; first: number | undefined; address: string; port: number }[] = []
  const queue = { isClear: true, fillsUp: false }
  const sender = new UdpDirectSender(calls, 77, family, {
    isClear: () => queue.isClear,
    onUnsent: (bytes, address, port) => {
      left.push({ size: bytes.length, first: bytes[0], address, port })
      if (queue.fillsUp) queue.isClear = false
    },
    onEnded: (reason) => ended.push(reason),
  })
  return { calls, ended, left, queue, sender }
}

const packets = (...sizes: number[]) => sizes.map((size, index) => new Uint8Array(size).fill(index + 1))
const send = (to: UdpDirectSender, address = '192.0.2.7', port = 5000) => to.sendBatch(packets(9, 9, 4), address, port)

describe('the direct sender', () => {
  it('describes messages as the kernel reads them: destination, bytes, size (Linux udp(7), UDP_SEGMENT)', () => {
    const { calls, sender } = stage()
    const slab = Uint8Array.from({ length: 3000 }, (_, index) => index)
    const batch = [slab.subarray(4, 1204), slab.subarray(1208, 2408), slab.subarray(2412, 2500)]
    expect(sender.sendBatch(batch, '192.0.2.7', 0x1234)).toBe(true)
    expect(sender.send(slab.subarray(0, 2000), '192.0.2.7', 0x1235)).toBe(true)
    expect(calls.log).toEqual([])
    sender.flush()
    expect(calls.log).toEqual(['sent 2'])
    const [first, second] = calls.sent
    expect(first!.name.slice(0, 8)).toEqual([2, 0, 0x12, 0x34, 192, 0, 2, 7])
    expect(first!.name).toHaveLength(16)
    expect(first!.bytes).toEqual(new Uint8Array(Buffer.concat(batch)))
    expect(first!.control).toEqual([18, 17, 103, 1200])
    expect(second!.name[3]).toBe(0x35)
    expect(second).toMatchObject({ bytes: slab.subarray(0, 2000), control: [] })
  })

  it('sends each thing once', () => {
    const { calls, sender } = stage()
    send(sender)
    sender.flush()
    sender.flush()
    expect(calls.log).toEqual(['sent 1'])
  })

  it('copies what is given, so that single datagrams may be written over at once', () => {
    const { calls, sender } = stage()
    const bytes = Uint8Array.of(1, 2)
    sender.send(bytes, '192.0.2.7', 1)
    bytes.fill(9)
    sender.send(bytes, '192.0.2.7', 1)
    sender.flush()
    expect(calls.sent.map((message) => [...message.bytes])).toEqual([
      [1, 2],
      [9, 9],
    ])
  })

  it('copies a batch for many readers once, and several batches in turn as well', () => {
    const { calls, sender } = stage()
    const [video, sound] = [packets(1400, 1400), packets(300, 200)]
    const readers = maxMessages / 2
    for (let reader = 1; reader <= readers; reader += 1) {
      expect(sender.sendBatch(video, '192.0.2.7', reader)).toBe(true)
      expect(sender.sendBatch(sound, '192.0.2.7', reader)).toBe(true)
    }
    expect(calls.log).toEqual([])
    sender.flush()
    expect(calls.sent.map(({ bytes, control }) => [bytes.length, control[3]])).toEqual(
      Array.from({ length: maxMessages }, (_, index) => (index % 2 === 0 ? [2800, 1400] : [500, 300])),
    )
  })

  it('sends by itself when there is no more room, for messages or for bytes', () => {
    const { calls, sender } = stage()
    for (let index = 0; index <= maxMessages; index += 1) send(sender)
    expect(calls.log).toEqual([`sent ${maxMessages}`])
    sender.flush()
    expect(calls.log).toEqual([`sent ${maxMessages}`, 'sent 1'])
    calls.log.length = 0
    for (let index = 0; index < 5; index += 1) sender.send(new Uint8Array(65_000).fill(index), '192.0.2.7', 1)
    sender.flush()
    expect(calls.log).toEqual(['sent 4', 'sent 1'])
    expect(calls.sent.slice(-5).map(({ bytes }) => bytes[64_999])).toEqual([0, 1, 2, 3, 4])
  })

  it.each([5, 95, 38])('gives up batches for good on error %i, once, and leaves the batch to Node', (error) => {
    const { calls, ended, left, sender } = stage([error])
    expect(sender.batching).toEqual({ mode: 'gso', reason: '' })
    expect(send(sender)).toBe(true)
    sender.flush()
    expect(calls.log).toEqual([`error ${error}`])
    expect(left.map(({ size, first }) => [size, first])).toEqual([
      [9, 1],
      [9, 2],
      [4, 3],
    ])
    expect(ended).toEqual([`the system refuses to send batches (error ${error})`])
    expect(send(sender)).toBe(false)
    expect(sender.maxBatchDatagrams).toBe(0)
    expect(sender.batching).toEqual({ mode: 'none', reason: ended[0] })
  })

  it.each([11, 105, 4, 12, 111, 101, 1])('is not put off by error %i, which is not about batches', (error) => {
    const { ended, left, sender } = stage([error])
    send(sender)
    sender.flush()
    expect(left).toHaveLength(3)
    expect(send(sender)).toBe(true)
    sender.flush()
    expect(left).toHaveLength(3)
    expect(ended).toEqual([])
  })

  it.each([22, 90])('sends no more batches to a destination that refuses them with error %i', (error) => {
    const { calls, ended, sender } = stage([error])
    send(sender)
    sender.flush()
    expect([send(sender), send(sender, '192.0.2.8')]).toEqual([false, true])
    sender.flush()
    expect(calls.log).toEqual([`error ${error}`, 'sent 1'])
    expect(ended).toEqual([])
  })

  it('gives up for good when many destinations refuse', () => {
    const { ended, sender } = stage(Array.from({ length: 40 }, () => 22))
    for (let host = 1; host <= 40; host += 1) {
      send(sender, `192.0.2.${host}`)
      sender.flush()
    }
    expect(ended).toHaveLength(1)
  })

  it('goes on behind a message that failed while nothing waits in the queue', () => {
    const { calls, left, sender } = stage([0, 111, 0])
    for (const port of [1, 2, 3]) sender.send(Uint8Array.of(port), '192.0.2.7', port)
    sender.flush()
    expect(calls.log).toEqual(['sent 1', 'error 111', 'sent 1'])
    expect(calls.sent.map(({ name }) => name[3])).toEqual([1, 3])
    expect(left).toEqual([{ size: 1, first: 2, address: '192.0.2.7', port: 2 }])
  })

  it('leaves all that is behind to Node as soon as something waits there, so that nothing is overtaken', () => {
    const { calls, left, queue, sender } = stage([0, 11])
    queue.fillsUp = true
    for (const port of [1, 2, 3, 4]) sender.send(Uint8Array.of(port), '192.0.2.7', port)
    sender.flush()
    expect(calls.log).toEqual(['sent 1', 'error 11'])
    expect(left.map(({ port }) => port)).toEqual([2, 3, 4])
  })

  it('is not confused by an owner that flushes when it is told of the end of batching', () => {
    const calls = new FakeCalls()
    calls.errors = [5]
    let left = 0
    const sender: UdpDirectSender = new UdpDirectSender(calls, 77, familyIPv4, {
      isClear: () => true,
      onUnsent: () => (left += 1),
      onEnded: () => {
        sender.send(Uint8Array.of(2), '192.0.2.7', 1)
        sender.flush()
      },
    })
    send(sender)
    sender.send(Uint8Array.of(1), '192.0.2.7', 1)
    sender.flush()
    expect(calls.log).toEqual(['error 5', 'sent 2'])
    expect(left).toBe(3)
  })

  it('takes nothing more when making room has filled the queue', () => {
    const { left, queue, sender } = stage([11])
    queue.fillsUp = true
    for (let index = 0; index < maxMessages; index += 1) {
      expect(sender.send(Uint8Array.of(1), '192.0.2.7', 1)).toBe(true)
    }
    expect(send(sender)).toBe(false)
    expect(left).toHaveLength(maxMessages)
  })

  it.each([
    ['192.0.2.7', 0, familyIPv4],
    ['192.0.2.7', 65_536, familyIPv4],
    ['2001:db8::1', 5000, familyIPv4],
    ['fe80::1%eth0', 5000, familyIPv6],
    ['name.example', 5000, familyIPv6],
    ['', 5000, familyIPv4],
  ])('leaves %s port %i to Node', (address, port, family) => {
    const { calls, sender } = stage([], family)
    const bytes = new Uint8Array(1)
    expect([sender.send(bytes, address, port), sender.send(bytes, address, port)]).toEqual([false, false])
    expect(send(sender, address, port)).toBe(false)
    sender.flush()
    expect(calls.log).toEqual([])
  })

  it('leaves what is longer than any datagram to Node, which tells', () => {
    expect(stage().sender.send(new Uint8Array(70_000), '192.0.2.7', 1)).toBe(false)
  })
})
