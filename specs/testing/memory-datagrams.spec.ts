import { describe, expect, it } from 'vitest'
import type { MemoryFaults } from '../../src/testing/memory-faults.ts'
import { memoryNetwork } from './memory-connections.ts'

const bindServer = async (network: ReturnType<typeof memoryNetwork>['network'], port: number) => {
  const socket = await network.bindDatagram({ host: '', port, receiveBufferBytes: 0 })
  const told: { readonly value: number; readonly address: string; readonly port: number }[] = []
  socket.open({
    onDatagram: (bytes, address, fromPort) => told.push({ value: bytes[0] ?? -1, address, port: fromPort }),
    onError: () => undefined,
  })
  return { socket, told }
}

/** Sends 100 numbered datagrams, one each millisecond, and gives what arrived. */
async function arrivals(faults: MemoryFaults, seed = 1): Promise<{ values: number[]; dropped: number }> {
  const { clock, network } = memoryNetwork({ faults, seed })
  const { told } = await bindServer(network, 8000)
  const client = network.socket(5000, '198.51.100.7')
  for (let value = 0; value < 100; value += 1) {
    client.send(Uint8Array.of(value), '127.0.0.1', 8000)
    clock.advance(1)
  }
  clock.runToIdle()
  return { values: told.map(({ value }) => value), dropped: network.droppedDatagrams }
}

const inOrder = Array.from({ length: 100 }, (_, value) => value)
const ascending = (one: number, other: number) => one - other

describe('memory datagrams', () => {
  it('go both ways, never from inside a call, with the addresses of both sides', async () => {
    const { clock, network } = memoryNetwork({ serverAddress: '192.0.2.1' })
    const { socket, told } = await bindServer(network, 8000)
    const client = network.socket(5000, '198.51.100.7')
    const bytes = Uint8Array.of(1)
    client.send(bytes, '192.0.2.1', 8000)
    bytes[0] = 9
    expect(told).toEqual([])
    clock.settle()
    expect(told).toEqual([{ value: 1, address: '198.51.100.7', port: 5000 }])
    socket.send(Uint8Array.of(2), '198.51.100.7', 5000)
    clock.settle()
    const from = { address: '192.0.2.1', port: 8000, zone: '' }
    expect(client.take()).toEqual([{ bytes: Uint8Array.of(2), from, to: { address: '198.51.100.7', port: 5000 } }])
    expect(client.received()).toEqual([])
    expect(socket.queuedDatagrams).toBe(0)
  })

  it('arrive all and in order without faults, and with a delay that varies', async () => {
    expect(await arrivals({})).toEqual({ values: inOrder, dropped: 0 })
    expect(await arrivals({ minDelayMs: 2, maxDelayMs: 40 })).toEqual({ values: inOrder, dropped: 0 })
  })

  it('are lost by chance, and counted', async () => {
    const { values, dropped } = await arrivals({ lossChance: 0.3 })
    expect(values.length + dropped).toBe(100)
    expect(dropped).toBeGreaterThan(10)
    expect(values).toEqual([...values].sort(ascending))
    expect((await arrivals({ lossChance: 1 })).values).toEqual([])
  })

  it('are duplicated, reordered and late by chance', async () => {
    const duplicated = await arrivals({ duplicateChance: 0.3 })
    expect(duplicated.values.length).toBeGreaterThan(110)
    expect([...new Set(duplicated.values)].sort(ascending)).toEqual(inOrder)

    const reordered = await arrivals({ reorderChance: 0.3, reorderMs: 4 })
    expect(reordered.values).not.toEqual(inOrder)
    expect([...reordered.values].sort(ascending)).toEqual(inOrder)
    expect(reordered.values.every((value, index) => Math.abs(value - index) <= 4)).toBe(true)

    const late = await arrivals({ lateChance: 0.1, lateMs: 60 })
    expect([...late.values].sort(ascending)).toEqual(inOrder)
    expect(late.values.some((value, index) => index - value > 40)).toBe(true)
  })

  it('repeat with the seed', async () => {
    const faults = { lossChance: 0.2, duplicateChance: 0.2, reorderChance: 0.2, lateChance: 0.1 }
    expect(await arrivals(faults, 3)).toEqual(await arrivals(faults, 3))
    expect(await arrivals(faults, 3)).not.toEqual(await arrivals(faults, 4))
  })

  it('to nobody, to a closed socket and from a closed socket go nowhere', async () => {
    const { clock, network } = memoryNetwork()
    const { socket, told } = await bindServer(network, 8000)
    const client = network.socket(0)
    client.send(Uint8Array.of(1), '127.0.0.1', 8001)
    client.send(Uint8Array.of(2), '127.0.0.1', 8000)
    await socket.close()
    await socket.close()
    socket.send(Uint8Array.of(3), client.local.address, client.local.port)
    clock.settle()
    expect(told).toEqual([])
    expect(client.received()).toEqual([])
    expect(network.droppedDatagrams).toBe(2)
  })

  it('a place that is taken is refused, on the server by a rejection, and free after a close', async () => {
    const { network } = memoryNetwork()
    const { socket } = await bindServer(network, 8000)
    await expect(bindServer(network, 8000)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(() => network.socket(8000, '127.0.0.1')).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }))
    expect(network.socket(8000, '198.51.100.7').local.port).toBe(8000)
    await socket.close()
    await expect(bindServer(network, 8000)).resolves.toBeDefined()
  })
})
