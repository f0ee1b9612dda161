import { createSocket, type Socket } from 'node:dgram'
import type { NetworkInterfaceInfo } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import type { DatagramSocket } from '../../src/contracts/network.ts'
import { usableInterfaces } from '../../src/io/node-multicast.ts'
import { nodeNetwork } from '../../src/io/node-network.ts'

const closing: (() => unknown)[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

const group = '239.255.77.1'

/** A port that was free a moment ago: groups have no port 0 that two sockets could share. */
async function freePort(): Promise<number> {
  const socket = await bound(0, '127.0.0.1')
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  return port
}

function bound(port: number, address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, () => resolve(socket))
  })
}

async function join(port: number, receives: boolean): Promise<DatagramSocket> {
  const socket = await nodeNetwork().bindMulticast({ group, port, ttl: 1, receives, interfaces: ['127.0.0.1'] })
  closing.push(() => socket.close())
  return socket
}

/** A player on this machine. */
async function listener(port: number): Promise<Socket> {
  const socket = await bound(port, group)
  socket.addMembership(group, '127.0.0.1')
  socket.setMulticastInterface('127.0.0.1')
  closing.push(() => new Promise<void>((resolve) => socket.close(resolve)))
  return socket
}

describe.runIf(process.platform === 'linux')('multicast on node:dgram, over loopback', () => {
  it('sends to the group from its port and from the address of the interface', async () => {
    const port = await freePort()
    const player = await listener(port)
    const socket = await join(port, false)
    socket.open({ onDatagram: () => undefined, onError: () => undefined })
    const arrived = new Promise((resolve) => {
      player.once('message', (bytes, { address, port: from }) => resolve([...bytes, address, from]))
    })
    socket.send(Uint8Array.of(1, 2, 3), group, port)
    expect(socket.queuedDatagrams).toBeLessThanOrEqual(1)
    expect(await arrived).toEqual([1, 2, 3, '127.0.0.1', port])
  })

  it('receives what a member sends, and what it sends itself, only if it is to', async () => {
    const port = await freePort()
    const player = await listener(port)
    const [deaf, hearing] = [await join(port, false), await join(port, true)]
    deaf.open({
      onDatagram: () => {
        throw new Error('it was not to receive')
      },
      onError: () => undefined,
    })
    const got: number[] = []
    const both = new Promise<void>((resolve) => {
      hearing.open({
        onDatagram: (bytes) => {
          got.push(bytes[0] ?? 0)
          if (got.length === 2) resolve()
        },
        onError: () => undefined,
      })
    })
    player.send(Uint8Array.of(4), port, group)
    hearing.send(Uint8Array.of(5), group, port)
    await both
    expect(got.toSorted()).toEqual([4, 5])
  })

  it('lets two streams share a port, and sends nothing after a close', async () => {
    const port = await freePort()
    const [first, second] = [await join(port, true), await join(port, true)]
    await Promise.all([first.close(), first.close()])
    first.send(Uint8Array.of(1), group, port)
    expect(first.queuedDatagrams).toBe(0)
    expect(second.local).toEqual({ address: group, port, zone: '' })
  })

  it('keeps to the port of the group when somebody has that port on the address of the interface', async () => {
    const port = await freePort()
    const other = createSocket('udp4')
    await new Promise<void>((resolve) => other.bind(port, '127.0.0.1', resolve))
    closing.push(() => new Promise<void>((resolve) => other.close(resolve)))
    const player = await listener(port)
    const socket = await join(port, false)
    const arrived = new Promise((resolve) => player.once('message', (_, { port: from }) => resolve(from)))
    socket.send(Uint8Array.of(9), group, port)
    expect(await arrived).toBe(port)
  })

  it('rejects when there is no interface to use', async () => {
    const options = { group, port: await freePort(), ttl: 1, receives: true, interfaces: ['none0'] }
    await expect(nodeNetwork().bindMulticast(options)).rejects.toThrow('no multicast-capable interfaces found')
  })

  it('rejects with the error of the system when the port of the group cannot be had', async () => {
    const port = await freePort()
    const other = createSocket('udp4')
    await new Promise<void>((resolve) => other.bind(port, resolve))
    closing.push(() => new Promise<void>((resolve) => other.close(resolve)))
    await expect(join(port, true)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('network interfaces for multicast', () => {
  const info = (address: string, internal = false, family: 'IPv4' | 'IPv6' = 'IPv4'): NetworkInterfaceInfo => ({
    address,
    internal,
    family,
    netmask: '',
    mac: '',
    cidr: null,
    scopeid: 0,
  })
  const all = {
    lo: [info('127.0.0.1', true)],
    eth0: [info('fe80::1', false, 'IPv6'), info('192.0.2.2'), info('192.0.2.3')],
    eth1: [info('198.51.100.1')],
    wg0: [info('10.9.0.1')],
    tun6: [info('fe80::2', false, 'IPv6')],
  }
  const capable = (name: string): boolean => name !== 'wg0'
  const names = (
    wanted: readonly string[],
    isCapable = capable,
    of: typeof all | { lo: NetworkInterfaceInfo[] } = all,
  ) => usableInterfaces(of, wanted, isCapable).map(({ name, address }) => `${name} ${address}`)

  it('are all that can do it, with their first IPv4 address, without loopback', () => {
    expect(names([])).toEqual(['eth0 192.0.2.2', 'eth1 198.51.100.1'])
  })

  it('are loopback alone if nothing else can do it', () => {
    expect(names([], capable, { lo: all.lo })).toEqual(['lo 127.0.0.1'])
    expect(names([], () => false)).toEqual([])
  })

  it('are those that are named, whatever they can do', () => {
    expect(names(['wg0', 'lo'])).toEqual(['lo 127.0.0.1', 'wg0 10.9.0.1'])
    expect(names(['192.0.2.3'])).toEqual(['eth0 192.0.2.3'])
    expect(names(['eth9'])).toEqual([])
  })
})
