import { Socket } from 'node:dgram'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { DatagramOptions, DatagramSocket } from '../../src/contracts/network.ts'
import { nodeNetwork } from '../../src/io/node-network.ts'

const opened: DatagramSocket[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((socket) => socket.close()))
})

async function bindWith(options: Partial<DatagramOptions>): Promise<DatagramSocket> {
  const socket = await nodeNetwork().bindDatagram({ host: '127.0.0.1', port: 0, receiveBufferBytes: 0, ...options })
  opened.push(socket)
  return socket
}

interface Told {
  readonly bytes: Uint8Array
  readonly address: string
  readonly port: number
}

/** Opens a socket and gives the first datagram or error it tells. */
const firstOf = (socket: DatagramSocket) =>
  new Promise<Told | Error>((resolve) => {
    socket.open({ onDatagram: (bytes, address, port) => resolve({ bytes, address, port }), onError: resolve })
  })

describe.each([
  { name: 'by Node alone', batching: false },
  { name: 'with batches where the system has them', batching: true },
])('UDP sockets $name', ({ batching }) => {
  const bind = (host: string, port = 0, receiveBufferBytes = 0) =>
    bindWith({ host, port, receiveBufferBytes, batching })

  it('carry datagrams both ways', async () => {
    const [server, client] = [await bind('127.0.0.1'), await bind('127.0.0.1')]
    const [atServer, atClient] = [firstOf(server), firstOf(client)]
    client.send(Uint8Array.of(1, 2, 3), '127.0.0.1', server.local.port)
    expect(await atServer).toEqual({ bytes: Uint8Array.of(1, 2, 3), address: '127.0.0.1', port: client.local.port })
    server.send(Uint8Array.of(4), '127.0.0.1', client.local.port)
    expect(await atClient).toEqual({ bytes: Uint8Array.of(4), address: '127.0.0.1', port: server.local.port })
  })

  it('a dual-stack socket tells and takes IPv4 addresses as IPv4', async () => {
    const [server, client] = [await bind(''), await bind('127.0.0.1')]
    const [atServer, atClient] = [firstOf(server), firstOf(client)]
    client.send(Uint8Array.of(1), '127.0.0.1', server.local.port)
    expect(await atServer).toMatchObject({ address: '127.0.0.1', port: client.local.port })
    server.send(Uint8Array.of(2), '127.0.0.1', client.local.port)
    expect(await atClient).toMatchObject({ bytes: Uint8Array.of(2) })
  })

  it('a name is looked up when binding', async () => {
    const socket = await bind('localhost')
    expect(['127.0.0.1', '::1']).toContain(socket.local.address)
  })

  it('a taken port rejects with EADDRINUSE', async () => {
    const { local } = await bind('127.0.0.1')
    await expect(bind('127.0.0.1', local.port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it.each([
    ['a port that cannot be', Uint8Array.of(1), '127.0.0.1', 0],
    ['an address that is none', Uint8Array.of(1), 'not-an-address', 9],
    ['a datagram that is too big', new Uint8Array(70_000), '127.0.0.1', 9],
  ])('%s is told as an error, never thrown, and the socket goes on', async (_, bytes, address, port) => {
    const socket = await bind('127.0.0.1')
    let resolveError: (error: Error) => void = () => undefined
    let resolveDatagram: (told: Uint8Array) => void = () => undefined
    const failed = new Promise<Error>((resolve) => (resolveError = resolve))
    const received = new Promise<Uint8Array>((resolve) => (resolveDatagram = resolve))
    socket.open({ onDatagram: resolveDatagram, onError: resolveError })
    socket.send(bytes, address, port)
    expect(await failed).toBeInstanceOf(Error)
    expect(socket.queuedDatagrams).toBe(0)
    socket.send(Uint8Array.of(9), '127.0.0.1', socket.local.port)
    expect(await received).toEqual(Uint8Array.of(9))
  })

  it('sending after close does nothing, and close may be repeated', async () => {
    const socket = await bind('127.0.0.1')
    const closed = socket.close()
    socket.send(Uint8Array.of(1), '127.0.0.1', 9)
    expect(socket.close()).toBe(closed)
    await closed
    expect(socket.queuedDatagrams).toBe(0)
  })

  it('are opened only once', async () => {
    const socket = await bind('127.0.0.1')
    void firstOf(socket)
    expect(() => socket.open({ onDatagram: () => undefined, onError: () => undefined })).toThrow(
      expect.objectContaining({ code: 'ERR_RTSP_USAGE' }),
    )
  })

  it('without a wish the receive buffer is raised as far as the system lets it, and never fails the bind', async () => {
    const sizes: number[] = []
    const original = Socket.prototype.setRecvBufferSize
    const spy = vi.spyOn(Socket.prototype, 'setRecvBufferSize').mockImplementation(function (this: Socket, size) {
      original.call(this, size)
      sizes.push(size)
    })
    await bindWith({ host: '127.0.0.1', port: 0, receiveBufferBytes: undefined, batching })
    expect(sizes).toEqual([2 * 1024 * 1024])
    await bind('127.0.0.1', 0, 0)
    expect(sizes).toHaveLength(1)
    spy.mockImplementation(() => {
      throw new Error('ENOBUFS')
    })
    await expect(
      bindWith({ host: '127.0.0.1', port: 0, receiveBufferBytes: undefined, batching }),
    ).resolves.toBeDefined()
    spy.mockRestore()
  })

  it('a receive buffer that the system grants is accepted, one that it cuts fails the bind', async () => {
    await expect(bind('127.0.0.1', 0, 65_536)).resolves.toBeDefined()
    await expect(bind('127.0.0.1', 0, 2_000_000_000)).rejects.toThrow(
      /unable to set UDP read buffer size to 2000000000, got \d+, check that the operating system allows that|setsockopt|ENOBUFS|buffer/iu,
    )
  })
})

describe('UDP sockets by Node alone', () => {
  it('count what is under way', async () => {
    const [server, client] = [await bindWith({ batching: false }), await bindWith({ batching: false })]
    const atServer = firstOf(server)
    client.send(Uint8Array.of(1), '127.0.0.1', server.local.port)
    client.send(Uint8Array.of(2), '127.0.0.1', server.local.port)
    expect(client.queuedDatagrams).toBe(2)
    await atServer
    expect(client.queuedDatagrams).toBe(0)
  })

  it('take no batches, and say why', async () => {
    const socket = await bindWith({ batching: false })
    expect(socket).toMatchObject({ maxBatchDatagrams: 0, batching: { mode: 'none', reason: 'switched off' } })
    expect(socket.sendBatch?.([Uint8Array.of(1), Uint8Array.of(2)], '127.0.0.1', 9)).toBe(false)
  })
})
