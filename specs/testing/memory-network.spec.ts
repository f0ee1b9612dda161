import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, memoryNetwork, serve, ServerEnd, textOf } from './memory-connections.ts'

describe('a memory connection', () => {
  it('carries bytes both ways, never from inside a call', async () => {
    const { clock, network } = memoryNetwork({ serverAddress: '192.0.2.1' })
    const { ends } = await serve(network, 554)
    const peer = network.connect(554, { address: '198.51.100.7' })
    peer.write('hello')
    expect(ends).toEqual([])
    clock.settle()
    const server = ends[0]!
    expect(server.text).toBe('hello')
    expect(server.duplex.remote).toEqual(peer.duplex.local)
    expect(server.duplex.remote.address).toBe('198.51.100.7')
    expect(server.duplex.local).toEqual({ address: '192.0.2.1', port: 554, zone: '' })
    server.duplex.write(bytesOf('and you'))
    expect(peer.received()).toHaveLength(0)
    clock.settle()
    expect(textOf(peer.received())).toBe('and you')
    expect(textOf(peer.take())).toBe('and you')
    expect(peer.received()).toHaveLength(0)
  })

  it('gives the reader bytes of its own', async () => {
    const { clock, network } = memoryNetwork()
    const { ends } = await serve(network, 554)
    const [one, two] = [network.connect(554), network.connect(554)]
    clock.settle()
    const shared = bytesOf('shared')
    for (const end of ends) end.duplex.write(shared)
    clock.settle()
    one.take().fill(0)
    expect(textOf(two.take())).toBe('shared')
    expect(textOf(shared)).toBe('shared')
  })

  it('keeps what came before the server opened it', async () => {
    const { clock, network } = memoryNetwork()
    const { ends } = await serve(network, 554, false)
    network.connect(554).write('early')
    clock.settle()
    expect(ends[0]!.text).toBe('')
    ends[0]!.open()
    clock.settle()
    expect(ends[0]!.text).toBe('early')
  })

  it('tells nothing while paused', async () => {
    const { clock, network } = memoryNetwork()
    const { ends } = await serve(network, 554)
    const peer = network.connect(554)
    clock.settle()
    ends[0]!.duplex.pause()
    peer.write('wait')
    clock.advance(1000)
    expect(ends[0]!.text).toBe('')
    ends[0]!.duplex.resume()
    expect(ends[0]!.text).toBe('')
    clock.settle()
    expect(ends[0]!.text).toBe('wait')
  })

  it('queues behind a stalled peer once the window is full, and tells when it has drained', async () => {
    const { clock, network } = memoryNetwork({ windowBytes: 1000 })
    const { ends } = await serve(network, 554)
    const peer = network.connect(554)
    clock.settle()
    const { duplex } = ends[0]!
    peer.stall()
    duplex.write(new Uint8Array(400))
    expect([duplex.queuedBytes, duplex.flushedBytes]).toEqual([0, 400])
    duplex.write(new Uint8Array(1600))
    clock.advance(10_000)
    expect([duplex.queuedBytes, duplex.flushedBytes]).toEqual([1000, 1000])
    expect(ends[0]!.drains).toBe(0)
    peer.unstall()
    clock.settle()
    expect([duplex.queuedBytes, duplex.flushedBytes]).toEqual([0, 2000])
    expect(ends[0]!.drains).toBe(1)
    expect(peer.received()).toHaveLength(2000)
  })

  it('a writer that never looks at its queue is failed, not kept for ever', async () => {
    const { clock, network } = memoryNetwork({ windowBytes: 1000, queueBytes: 5000 })
    const { ends } = await serve(network, 554)
    const peer = network.connect(554)
    clock.settle()
    peer.stall()
    ends[0]!.duplex.write(new Uint8Array(7000))
    clock.settle()
    expect(ends[0]!.closings).toMatchObject([{ code: 'ENOBUFS' }])
    expect(peer.closedError).toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('a memory connection ends exactly once', () => {
  async function connected() {
    const { clock, network } = memoryNetwork({ windowBytes: 1000 })
    const { ends, listener } = await serve(network, 554)
    const peer = network.connect(554)
    clock.settle()
    return { clock, network, peer, listener, server: ends[0]! }
  }

  it('when the peer half-closes: what it sent arrives, and what was queued for it too', async () => {
    const { clock, peer, server } = await connected()
    peer.write('bye')
    server.duplex.write(new Uint8Array(2500))
    peer.halfClose()
    peer.write('not this')
    clock.advance(5000)
    expect(server.text).toBe('bye')
    expect(peer.received()).toHaveLength(2500)
    expect(server.closings).toEqual([null])
    expect(peer.isClosed).toBe(true)
    expect(peer.closedError).toBeNull()
    expect(clock.pendingTimers).toBe(0)
  })

  it('when the peer ends: what arrives after that is thrown away', async () => {
    const { clock, peer, server } = await connected()
    peer.write('bye')
    peer.end()
    server.duplex.write(bytesOf('not read'))
    clock.settle()
    expect(server.text).toBe('bye')
    expect(server.closings).toEqual([null])
    expect(peer.received()).toHaveLength(0)
    expect(peer.isClosed).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('when the server ends: the peer gets everything, and nothing more is told to the server', async () => {
    const { clock, peer, server } = await connected()
    server.duplex.write(new Uint8Array(2500))
    server.duplex.end()
    server.duplex.write(new Uint8Array(1))
    peer.write('too late')
    expect(server.closings).toEqual([])
    clock.settle()
    expect(peer.received()).toHaveLength(2500)
    expect(server.closings).toEqual([null])
    expect(server.text).toBe('')
    expect(peer.isClosed).toBe(true)
  })

  it('when the server ends and the peer does not read: after a while', async () => {
    const { clock, peer, server } = await connected()
    peer.stall()
    server.duplex.write(bytesOf('x'))
    server.duplex.end()
    clock.advance(999)
    expect(server.closings).toEqual([])
    clock.advance(1)
    expect(server.closings).toEqual([null])
  })

  it('when the peer resets', async () => {
    const { clock, peer, server } = await connected()
    peer.write('lost')
    peer.reset()
    clock.settle()
    expect(server.closings).toMatchObject([{ code: 'ECONNRESET' }])
    expect(server.text).toBe('')
    expect(peer.closedError).toBeNull()
  })

  it('when the peer goes away under a server that goes on writing', async () => {
    const { clock, peer, server } = await connected()
    server.duplex.pause()
    peer.destroy()
    clock.settle()
    expect(server.closings).toEqual([])
    server.duplex.write(bytesOf('anybody there?'))
    clock.settle()
    expect(server.closings).toMatchObject([{ code: 'ECONNRESET' }])
  })

  it('when the server destroys it, whatever comes after', async () => {
    const { clock, peer, server } = await connected()
    server.duplex.write(bytesOf('under way'))
    server.duplex.destroy()
    server.duplex.destroy()
    server.duplex.end()
    server.duplex.write(bytesOf('x'))
    server.duplex.resume()
    expect(server.closings).toEqual([])
    clock.advance(5000)
    expect(server.closings).toEqual([null])
    expect(textOf(peer.received())).toBe('under way')
    expect(peer.isClosed).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('when it was gone before it was opened', async () => {
    const { clock, network } = memoryNetwork()
    const { ends } = await serve(network, 554, false)
    const peer = network.connect(554)
    clock.settle()
    peer.reset()
    clock.settle()
    const late = ends[0]!.open()
    expect(late.closings).toEqual([])
    clock.settle()
    expect(late.closings).toMatchObject([{ code: 'ECONNRESET' }])
  })

  it('a closed listener refuses, and its connections stay', async () => {
    const { clock, network, peer, listener, server } = await connected()
    await listener.close()
    const refused = network.connect(554)
    peer.write('still here')
    clock.settle()
    expect(refused.closedError).toMatchObject({ code: 'ECONNREFUSED' })
    expect(server.text).toBe('still here')
    await expect(serve(network, 554)).resolves.toBeDefined()
  })
})

describe('a memory network', () => {
  it('rejects a port that is taken, and gives out fresh ones', async () => {
    const { network } = memoryNetwork()
    await serve(network, 554)
    await expect(serve(network, 554)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const [one, two] = [await serve(network, 0), await serve(network, 0)]
    expect(one.listener.local.port).not.toBe(two.listener.local.port)
  })

  it('lets a listener report a failed accept', async () => {
    const { clock, network } = memoryNetwork()
    const { errors } = await serve(network, 554)
    network.breakListener(554, new Error('too many open files'))
    expect(errors).toEqual([])
    clock.settle()
    expect(errors).toMatchObject([{ message: 'too many open files' }])
  })

  it('gives the bare end of a connection to those who want to drive it themselves', async () => {
    const { clock, network } = memoryNetwork()
    const { ends } = await serve(network, 554)
    const client = new ServerEnd(network.dial(554)).open()
    clock.settle()
    ends[0]!.duplex.write(bytesOf('to you'))
    clock.settle()
    expect(client.text).toBe('to you')
  })

  it('is repeated by its seed: the same pieces at the same times, whatever other connections do', async () => {
    const faults = { chunkBytes: 7, minDelayMs: 1, maxDelayMs: 30 }
    const piecesOf = async (seed: number, strangerWrites: boolean) => {
      const { clock, network } = memoryNetwork({ seed, faults })
      await serve(network, 554)
      const stranger = network.connect(554)
      const peers = await serve(network, 555)
      const peer = network.connect(555)
      clock.advance(100)
      if (strangerWrites) stranger.write(new Uint8Array(300))
      peer.write(new Uint8Array(200))
      const trace: number[][] = []
      for (let step = 0; step < 100; step += 1) {
        clock.advance(1)
        trace.push(peers.ends[0]!.chunks.splice(0).map((chunk) => chunk.length))
      }
      return trace
    }
    const first = await piecesOf(7, false)
    expect(first.flat().reduce((sum, size) => sum + size, 0)).toBe(200)
    expect(first.flat().length).toBeGreaterThan(28)
    expect(await piecesOf(7, true)).toEqual(first)
    expect(await piecesOf(8, false)).not.toEqual(first)
  })

  it('keeps the order and every byte of a stream, however it is cut, delayed, stalled and paused', async () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), bytes: fc.uint8Array({ maxLength: 90 }) }),
      fc.constantFrom(
        { kind: 'stall' as const },
        { kind: 'unstall' as const },
        { kind: 'advance' as const },
        { kind: 'settle' as const },
      ),
    )
    const scenario = fc.record({
      seed: fc.nat(),
      chunkBytes: fc.nat(20),
      maxDelayMs: fc.nat(12),
      windowBytes: fc.integer({ min: 1, max: 100 }),
      actions: fc.array(action, { maxLength: 40 }),
    })
    await fc.assert(
      fc.asyncProperty(scenario, async ({ seed, chunkBytes, maxDelayMs, windowBytes, actions }) => {
        const { clock, network } = memoryNetwork({ seed, windowBytes, faults: { chunkBytes, maxDelayMs } })
        const { ends } = await serve(network, 554)
        const peer = network.connect(554)
        clock.advance(20)
        const { duplex } = ends[0]!
        const sent: number[] = []
        for (const step of actions) {
          if (step.kind === 'write') {
            duplex.write(step.bytes)
            sent.push(...step.bytes)
            expect(duplex.queuedBytes + duplex.flushedBytes).toBe(sent.length)
          } else if (step.kind === 'stall') peer.stall()
          else if (step.kind === 'unstall') peer.unstall()
          else if (step.kind === 'advance') clock.advance(5)
          else clock.settle()
        }
        peer.unstall()
        duplex.end()
        clock.runToIdle()
        expect([...peer.received()]).toEqual(sent)
        if (chunkBytes > 0) expect(Math.max(0, ...peer.receivedSizes)).toBeLessThanOrEqual(chunkBytes)
        expect(ends[0]!.closings).toEqual([null])
        expect(peer.closedError).toBeNull()
      }),
      { numRuns: 60 },
    )
  })
})
