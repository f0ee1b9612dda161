import { describe, expect, it } from 'vitest'
import { familyIPv4, familyIPv6 } from '../../src/io/udp-destinations.ts'
import { UdpDirectSender } from '../../src/io/udp-direct-sender.ts'
import { FakeCalls } from './udp-fakes.ts'

function sender(batchErrors: number[] = [], family = familyIPv4) {
  const calls = new FakeCalls()
  calls.batchErrors = batchErrors
  const ended: string[] = []
  return { calls, ended, sender: new UdpDirectSender(calls, 77, family, (reason) => ended.push(reason)) }
}

const packets = (...sizes: number[]) => sizes.map((size) => new Uint8Array(size))
const send = (to: UdpDirectSender, address = '192.0.2.7', port = 5000) => to.sendBatch(packets(9, 9, 4), address, port)

describe('the direct sender', () => {
  it('describes a batch as the kernel reads it: sizes, places, destination (Linux udp(7), UDP_SEGMENT)', () => {
    const { calls, sender: direct } = sender()
    const slab = new Uint8Array(3000)
    const batch = [slab.subarray(4, 1204), slab.subarray(1208, 2408), slab.subarray(2412, 2500)]
    expect(direct.sendBatch(batch, '192.0.2.7', 0x1234)).toBe(true)
    const header = calls.headers[0]!
    const view = new DataView(header.buffer)
    const start = calls.address(slab)
    const long = (at: number) => view.getBigUint64(at, true)
    const name = Number(long(0) - (long(32) - 64n))
    expect([...header.subarray(name, name + 8)]).toEqual([2, 0, 0x12, 0x34, 192, 0, 2, 7])
    expect(view.getUint32(8, true)).toBe(16)
    expect(long(24)).toBe(3n)
    expect(long(40)).toBe(24n)
    expect([long(64), view.getUint32(72, true), view.getUint32(76, true), view.getUint16(80, true)]).toEqual([
      18n,
      17,
      103,
      1200,
    ])
    expect([128, 144, 160].map((at) => [long(at) - start, long(at + 8)])).toEqual([
      [4n, 1200n],
      [1208n, 1200n],
      [2412n, 88n],
    ])
  })

  it('sends the same batch to the next one by writing the destination only', () => {
    const { calls, sender: direct } = sender()
    const batch = packets(100, 50)
    direct.sendBatch(batch, '192.0.2.7', 1)
    direct.sendBatch(batch, '192.0.2.7', 2)
    const [first, second] = calls.headers
    expect([...first!.subarray(128)]).toEqual([...second!.subarray(128)])
    expect([first![99], second![99]]).toEqual([1, 2])
  })

  it.each([5, 95, 38])('gives up batches for good on error %i, once', (error) => {
    const { calls, ended, sender: direct } = sender([error])
    expect(direct.batching).toEqual({ mode: 'gso', reason: '' })
    expect([send(direct), send(direct)]).toEqual([false, false])
    expect(calls.log).toEqual([`batch ${error}`])
    expect(ended).toEqual([`the system refuses to send batches (error ${error})`])
    expect(direct.maxBatchDatagrams).toBe(0)
    expect(direct.batching).toEqual({ mode: 'none', reason: ended[0] })
  })

  it.each([11, 105, 4, 12, 111, 101, 1])('is not put off by error %i, which is not about batches', (error) => {
    const { ended, sender: direct } = sender([error])
    expect([send(direct), send(direct)]).toEqual([false, true])
    expect(ended).toEqual([])
  })

  it.each([22, 90])('sends no more batches to a destination that refuses them with error %i', (error) => {
    const { calls, ended, sender: direct } = sender([error])
    expect([send(direct), send(direct), send(direct, '192.0.2.8')]).toEqual([false, false, true])
    expect(calls.log).toEqual([`batch ${error}`, 'batch 0'])
    expect(ended).toEqual([])
  })

  it('gives up for good when many destinations refuse', () => {
    const { ended, sender: direct } = sender(Array.from({ length: 40 }, () => 22))
    for (let host = 1; host <= 40; host += 1) send(direct, `192.0.2.${host}`)
    expect(ended).toHaveLength(1)
  })

  it.each([
    ['192.0.2.7', 0, familyIPv4],
    ['192.0.2.7', 65_536, familyIPv4],
    ['2001:db8::1', 5000, familyIPv4],
    ['fe80::1%eth0', 5000, familyIPv6],
    ['name.example', 5000, familyIPv6],
    ['', 5000, familyIPv4],
  ])('leaves %s port %i to Node', (address, port, family) => {
    const { calls, sender: direct } = sender([], family)
    const bytes = new Uint8Array(1)
    expect([direct.send(bytes, address, port), direct.send(bytes, address, port)]).toEqual([false, false])
    expect(send(direct, address, port)).toBe(false)
    expect(calls.log).toEqual([])
  })

  it('says when a single datagram was not taken, and goes on', () => {
    const { calls, ended, sender: direct } = sender()
    calls.singleError = 5
    expect(direct.send(new Uint8Array(7), '192.0.2.7', 5000)).toBe(false)
    calls.singleError = 0
    expect(direct.send(new Uint8Array(7), '192.0.2.7', 5000)).toBe(true)
    expect(ended).toEqual([])
  })
})
