import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { ByteDuplex, Listener } from '../../src/contracts/network.ts'
import { nodeNetwork } from '../../src/io/node-network.ts'

const listeners: Listener[] = []
const sockets: Socket[] = []
const duplexes: ByteDuplex[] = []

afterEach(async () => {
  for (const duplex of duplexes.splice(0)) duplex.destroy()
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(listeners.splice(0).map((listener) => listener.close()))
})

/** A duplex with what it told its owner, and waiting for it. */
class Owner {
  readonly duplex: ByteDuplex
  readonly chunks: Uint8Array[] = []
  readonly closings: (Error | null)[] = []
  drains = 0
  #wake: () => void = () => undefined

  constructor(duplex: ByteDuplex) {
    this.duplex = duplex
  }

  open(): void {
    this.duplex.open({
      onBytes: (chunk) => this.#note(() => this.chunks.push(chunk)),
      onDrained: () => this.#note(() => (this.drains += 1)),
      onClosed: (error) => this.#note(() => this.closings.push(error)),
    })
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1')
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #note(change: () => void): void {
    change()
    this.#wake()
  }
}

async function connected(
  host = '127.0.0.1',
  target = host,
): Promise<{ owner: Owner; peer: Socket; listener: Listener }> {
  let accept: (duplex: ByteDuplex) => void = () => undefined
  const accepted = new Promise<ByteDuplex>((resolve) => {
    accept = resolve
  })
  const listener = await nodeNetwork().listen(
    { host, port: 0 },
    (duplex) => accept(duplex),
    () => undefined,
  )
  listeners.push(listener)
  const peer = connect({ port: listener.local.port, host: target, allowHalfOpen: true })
  peer.on('error', () => undefined)
  sockets.push(peer)
  await once(peer, 'connect')
  const duplex = await accepted
  duplexes.push(duplex)
  return { owner: new Owner(duplex), peer, listener }
}

const bytes = (text: string) => new TextEncoder().encode(text)

/** Lets everything happen that is about to: a few turns, for "nothing more is told". */
async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}

/** Writes until the system takes no more of it while the peer does not read. Gives the number of bytes written. */
async function fillUp(owner: Owner): Promise<number> {
  const block = new Uint8Array(300_000).fill(7)
  let written = 0
  while (owner.duplex.queuedBytes < 2_000_000) {
    expect(written).toBeLessThan(100_000_000)
    owner.duplex.write(block)
    written += block.length
    await turns(5)
  }
  return written
}

describe('listening', () => {
  it('an IPv4 peer of a dual-stack listener has an IPv4 address', async () => {
    const { owner, peer } = await connected('', '127.0.0.1')
    expect(owner.duplex.remote).toEqual({ address: '127.0.0.1', port: peer.localPort, zone: '' })
    expect(owner.duplex.local.address).toBe('127.0.0.1')
  })

  it('0.0.0.0 is IPv4 only', async () => {
    const { listener } = await connected('0.0.0.0', '127.0.0.1')
    expect(listener.local.address).toBe('0.0.0.0')
  })

  it('a taken port rejects with EADDRINUSE', async () => {
    const { listener } = await connected()
    const again = nodeNetwork().listen(
      { host: '127.0.0.1', port: listener.local.port },
      () => undefined,
      () => undefined,
    )
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('a port that cannot be rejects instead of throwing', async () => {
    const listen = nodeNetwork().listen(
      { host: '', port: 70_000 },
      () => undefined,
      () => undefined,
    )
    await expect(listen).rejects.toMatchObject({ code: 'ERR_SOCKET_BAD_PORT' })
  })

  it('closing frees the port, leaves connections alone and may be repeated', async () => {
    const { owner, peer, listener } = await connected()
    owner.open()
    await listener.close()
    await listener.close()
    const second = await nodeNetwork().listen(
      { host: '127.0.0.1', port: listener.local.port },
      () => undefined,
      () => undefined,
    )
    listeners.push(second)
    peer.write('still here')
    await owner.until(() => owner.text === 'still here')
    expect(owner.closings).toEqual([])
  })
})

describe('a connection', () => {
  it('carries bytes both ways, and what came before open is not lost', async () => {
    const { owner, peer } = await connected()
    peer.write('early ')
    await turns()
    owner.open()
    peer.write('late')
    await owner.until(() => owner.text === 'early late')
    owner.duplex.write(bytes('answer'))
    expect(owner.duplex.queuedBytes).toBe(0)
    expect(owner.duplex.flushedBytes).toBe(6)
    const [answer] = (await once(peer, 'data')) as [Buffer]
    expect(answer.toString()).toBe('answer')
  })

  it('tells chunks as plain arrays whose slice is a copy', async () => {
    const { owner, peer } = await connected()
    owner.open()
    peer.write('abc')
    await owner.until(() => owner.text === 'abc')
    expect(Buffer.isBuffer(owner.chunks[0])).toBe(false)
  })

  it('is opened only once', async () => {
    const { owner } = await connected()
    owner.open()
    expect(() => owner.open()).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })

  it('tells nothing while paused and everything after resume', async () => {
    const { owner, peer } = await connected()
    owner.open()
    owner.duplex.pause()
    const sent = new Promise<void>((resolve) => {
      peer.write('while paused', () => resolve())
    })
    await sent
    await turns()
    expect(owner.chunks).toEqual([])
    owner.duplex.resume()
    await owner.until(() => owner.text === 'while paused')
  })

  it('keeps count of what a stalled reader leaves queued, and tells once it has drained', async () => {
    const { owner, peer } = await connected()
    owner.open()
    peer.pause()
    const block = new Uint8Array(20_000_000).fill(7)
    owner.duplex.write(block)
    const written = block.length + (await fillUp(owner))
    const drainsBefore = owner.drains
    await turns()
    const { queuedBytes, flushedBytes } = owner.duplex
    expect(queuedBytes).toBeGreaterThan(0)
    expect(queuedBytes + flushedBytes).toBe(written)
    expect(owner.drains).toBe(drainsBefore)

    let received = 0
    const seenFlushed = new Set<number>()
    peer.on('data', (chunk: Buffer) => {
      received += chunk.length
      seenFlushed.add(owner.duplex.flushedBytes)
      // A slow reader: a chunk in each turn.
      peer.pause()
      setImmediate(() => peer.resume())
    })
    peer.resume()
    await owner.until(() => owner.drains > drainsBefore)
    expect(owner.duplex.queuedBytes).toBe(0)
    expect(owner.duplex.flushedBytes).toBe(written)
    // Progress is visible on the way, not only when the last byte is gone.
    expect(seenFlushed.size).toBeGreaterThan(2)
    while (received < written) await once(peer, 'data')
    expect(received).toBe(written)
    expect(owner.drains).toBe(drainsBefore + 1)
  })

  it('tells of the drain when a single small write stayed behind', async () => {
    const { owner, peer } = await connected()
    owner.open()
    peer.pause()
    let written = 0
    while (owner.duplex.queuedBytes === 0) {
      owner.duplex.write(new Uint8Array(60_000))
      written += 60_000
      await turns(3)
    }
    const drainsBefore = owner.drains
    let received = 0
    peer.on('data', (chunk: Buffer) => (received += chunk.length))
    peer.resume()
    await owner.until(() => owner.drains > drainsBefore)
    expect(owner.duplex.flushedBytes).toBe(written)
    while (received < written) await once(peer, 'data')
    owner.duplex.write(bytes('and on'))
    while (received < written + 6) await once(peer, 'data')
    expect(owner.drains).toBe(drainsBefore + 1)
  })

  it('writes in order, whatever the sizes', async () => {
    const { owner, peer } = await connected()
    owner.open()
    const received: Buffer[] = []
    peer.on('data', (chunk: Buffer) => received.push(chunk))
    const parts = [10, 70_000, 1, 200_000, 65_536, 65_537, 3].map((size, index) => new Uint8Array(size).fill(index + 1))
    for (const part of parts) owner.duplex.write(part)
    owner.duplex.end()
    await once(peer, 'end')
    expect(Buffer.compare(Buffer.concat(received), Buffer.concat(parts))).toBe(0)
  })
})

describe('a connection is told to be closed exactly once, and nothing after that', () => {
  async function expectClosedOnce(owner: Owner): Promise<Error | null> {
    await owner.until(() => owner.closings.length > 0)
    const { drains } = owner
    owner.duplex.write(bytes('too late'))
    owner.duplex.end()
    owner.duplex.destroy()
    owner.duplex.pause()
    owner.duplex.resume()
    await turns()
    expect(owner.closings).toHaveLength(1)
    expect(owner.drains).toBe(drains)
    expect(owner.duplex.queuedBytes).toBe(0)
    return owner.closings[0] ?? null
  }

  it('when the peer closes', async () => {
    const { owner, peer } = await connected()
    owner.open()
    peer.end('bye')
    expect(await expectClosedOnce(owner)).toBeNull()
    expect(owner.text).toBe('bye')
  })

  it('when the peer half-closes: what is queued for it is written first', async () => {
    const { owner, peer } = await connected()
    owner.open()
    peer.pause()
    const written = await fillUp(owner)
    peer.end()
    await turns()
    expect(owner.closings).toEqual([])
    let received = 0
    peer.on('data', (chunk: Buffer) => (received += chunk.length))
    peer.resume()
    await once(peer, 'end')
    expect(received).toBe(written)
    expect(await expectClosedOnce(owner)).toBeNull()
  })

  it('when the peer resets', async () => {
    const { owner, peer } = await connected()
    owner.open()
    peer.resetAndDestroy()
    expect(await expectClosedOnce(owner)).toMatchObject({ code: 'ECONNRESET' })
  })

  it('when the peer had reset before it was opened', async () => {
    const { owner, peer } = await connected()
    peer.resetAndDestroy()
    await once(peer, 'close')
    await turns()
    owner.open()
    expect(owner.closings).toEqual([])
    await expectClosedOnce(owner)
  })

  it('when we destroyed it before it was opened', async () => {
    const { owner } = await connected()
    owner.duplex.destroy()
    await turns()
    owner.open()
    expect(owner.closings).toEqual([])
    expect(await expectClosedOnce(owner)).toBeNull()
  })

  it('when we end it: the peer gets everything, then the end', async () => {
    const { owner, peer } = await connected()
    owner.open()
    owner.duplex.write(bytes('last words'))
    owner.duplex.end()
    owner.duplex.write(bytes('not these'))
    const received: Buffer[] = []
    peer.on('data', (chunk: Buffer) => received.push(chunk))
    await once(peer, 'end')
    peer.end()
    expect(Buffer.concat(received).toString()).toBe('last words')
    expect(await expectClosedOnce(owner)).toBeNull()
  })

  it('when we end it while paused: a peer that goes on sending does not lose the answer, nor are its bytes told', async () => {
    const { owner, peer } = await connected()
    owner.open()
    owner.duplex.pause()
    peer.write(new Uint8Array(500_000))
    await turns()
    const before = owner.chunks.length
    owner.duplex.write(bytes('go away'))
    owner.duplex.end()
    const received: Buffer[] = []
    peer.on('data', (chunk: Buffer) => received.push(chunk))
    await once(peer, 'end')
    peer.end()
    expect(Buffer.concat(received).toString()).toBe('go away')
    expect(await expectClosedOnce(owner)).toBeNull()
    expect(owner.chunks.length).toBe(before)
  })

  it('when we end it and the peer never closes its side', async () => {
    const { owner, peer } = await connected()
    owner.open()
    peer.resume()
    owner.duplex.end()
    expect(await expectClosedOnce(owner)).toBeNull()
  })

  it('when we destroy it', async () => {
    const { owner } = await connected()
    owner.open()
    owner.duplex.write(bytes('lost or not'))
    owner.duplex.destroy()
    expect(owner.closings).toEqual([])
    expect(await expectClosedOnce(owner)).toBeNull()
  })

  it('when we destroy it with a backlog', async () => {
    const { owner, peer } = await connected()
    owner.open()
    peer.pause()
    await fillUp(owner)
    const { flushedBytes } = owner.duplex
    owner.duplex.destroy()
    expect(await expectClosedOnce(owner)).toBeNull()
    expect(owner.duplex.flushedBytes).toBe(flushedBytes)
  })
})
