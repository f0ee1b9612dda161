import { describe, expect, it } from 'vitest'
import { Intake } from '../../../src/actors/tunnel/intake.ts'
import type { ByteDuplex, ByteDuplexHandler } from '../../../src/contracts/network.ts'
import { MemoryNetwork } from '../../../src/testing/memory-network.ts'
import type { MemoryPeer } from '../../../src/testing/memory-peer.ts'
import { VirtualClock } from '../../../src/testing/virtual-clock.ts'

const ascii = (text: string) => new TextEncoder().encode(text)

/** Writes down what it is told. */
class Owner implements ByteDuplexHandler {
  readonly told: string[] = []
  onTold: (() => void) | undefined

  onBytes(chunk: Uint8Array): void {
    this.told.push(new TextDecoder().decode(chunk))
    this.onTold?.()
  }
  onDrained(): void {
    this.told.push('(drained)')
  }
  onClosed(error: Error | null): void {
    this.told.push(`(closed ${String(error)})`)
  }
}

interface Stage {
  readonly clock: VirtualClock
  readonly peer: MemoryPeer
  readonly duplex: ByteDuplex
  readonly intake: Intake
  readonly first: Owner
}

async function stage(): Promise<Stage> {
  const clock = new VirtualClock()
  const network = new MemoryNetwork({ clock })
  const duplexes: ByteDuplex[] = []
  await network.listen(
    { host: '', port: 1 },
    (accepted) => duplexes.push(accepted),
    () => undefined,
  )
  const peer = network.connect(1)
  clock.settle()
  const [duplex] = duplexes
  if (duplex === undefined) throw new Error('nobody was accepted')
  const first = new Owner()
  const intake = new Intake(duplex, first)
  duplex.open(intake)
  return { clock, peer, duplex, intake, first }
}

describe('handing a connection over', () => {
  it('the second owner gets what was early, what came meanwhile and what comes, in order', async () => {
    const { clock, peer, intake, first } = await stage()
    peer.write('one')
    clock.settle()
    const rest = intake.handOver([ascii('early'), ascii('bird')], clock)
    intake.onBytes(ascii('under way'))
    peer.write('two')
    clock.settle()
    const second = new Owner()
    rest.open(second)
    expect(second.told).toEqual([])
    clock.settle()
    peer.write('three')
    clock.settle()
    expect(first.told).toEqual(['one'])
    expect(second.told).toEqual(['early', 'bird', 'under way', 'two', 'three'])
  })

  it('the second owner may pause between pieces, and nothing overtakes', async () => {
    const { clock, peer, intake } = await stage()
    const rest = intake.handOver([ascii('a'), ascii('b')], clock)
    const second = new Owner()
    second.onTold = () => rest.pause()
    rest.open(second)
    peer.write('c')
    clock.settle()
    expect(second.told).toEqual(['a'])
    rest.resume()
    clock.settle()
    expect(second.told).toEqual(['a', 'b'])
    second.onTold = undefined
    rest.resume()
    clock.settle()
    expect(second.told).toEqual(['a', 'b', 'c'])
  })

  it('the end is told once, after the bytes before it, also when it came before the second owner', async () => {
    const { clock, peer, intake, first } = await stage()
    const rest = intake.handOver([ascii('last words')], clock)
    peer.reset()
    clock.settle()
    expect(intake.isClosed).toBe(true)
    const second = new Owner()
    rest.open(second)
    clock.settle()
    clock.settle()
    expect(first.told).toEqual([])
    expect(second.told).toEqual(['last words', expect.stringContaining('ECONNRESET')])
  })

  it('writes, ends and counts are those of the connection', async () => {
    const { clock, peer, duplex, intake } = await stage()
    const rest = intake.handOver([], clock)
    rest.write(ascii('hello'))
    expect([rest.flushedBytes, rest.queuedBytes]).toEqual([duplex.flushedBytes, duplex.queuedBytes])
    expect([rest.remote, rest.local]).toEqual([duplex.remote, duplex.local])
    rest.end()
    clock.settle()
    expect(new TextDecoder().decode(peer.received())).toBe('hello')
    expect(peer.isClosed).toBe(true)
  })

  it('is opened only once more', async () => {
    const { clock, intake } = await stage()
    const rest = intake.handOver([], clock)
    rest.open(new Owner())
    expect(() => rest.open(new Owner())).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })
})
