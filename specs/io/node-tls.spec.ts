import { connect as connectTcp } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ByteDuplex, Listener, TlsSettings } from '../../src/contracts/network.ts'
import { createKeyPairContext } from '../../src/io/node-tls.ts'
import { nodeNetwork } from '../../src/io/node-network.ts'
import { selfSigned } from './self-signed.ts'

/** TLS over the loopback of this machine. Deadlines are moved by hand. */

const pair = selfSigned()
const context = createKeyPairContext(pair)

const open: { close(): unknown }[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const each of open.splice(0)) await each.close()
})

interface Accepted {
  readonly duplex: ByteDuplex
  readonly text: () => string
  readonly closed: Promise<Error | null>
}

interface Place {
  readonly listener: Listener
  readonly port: number
  next(): Promise<Accepted>
}

async function listen(tls: Partial<TlsSettings> = {}): Promise<Place> {
  const arrived: Accepted[] = []
  const waiting: ((accepted: Accepted) => void)[] = []
  const settings = { secureContext: () => context, handshakeTimeoutMs: 60_000, ...tls }
  const onConnection = (duplex: ByteDuplex): void => {
    let text = ''
    const closed = new Promise<Error | null>((resolve) => {
      duplex.open({
        onBytes: (chunk) => {
          text += new TextDecoder().decode(chunk)
          if (text.endsWith('?')) duplex.write(new TextEncoder().encode('!'))
        },
        onDrained: () => undefined,
        onClosed: resolve,
      })
    })
    const accepted = { duplex, text: () => text, closed }
    open.push({ close: () => duplex.destroy() })
    const taker = waiting.shift()
    if (taker === undefined) arrived.push(accepted)
    else taker(accepted)
  }
  const listener = await nodeNetwork().listen(
    { host: '127.0.0.1', port: 0, tls: settings },
    onConnection,
    () => undefined,
  )
  open.push(listener)
  const next = () =>
    new Promise<Accepted>((resolve) => {
      const first = arrived.shift()
      if (first === undefined) waiting.push(resolve)
      else resolve(first)
    })
  return { listener, port: listener.local.port, next }
}

function client(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => resolve(socket))
    socket.on('error', reject)
    open.push({ close: () => socket.destroy() })
  })
}

const answerOf = (socket: TLSSocket) =>
  new Promise<string>((resolve) => {
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString()))
  })

describe('listening under TLS', () => {
  it('carries bytes both ways and tells addresses and closes like a plain connection', async () => {
    const place = await listen()
    const socket = await client(place.port)
    const answer = answerOf(socket)
    socket.write('hello?')
    const accepted = await place.next()
    expect(await answer).toBe('!')
    expect(accepted.text()).toBe('hello?')
    expect(accepted.duplex.remote).toMatchObject({ address: '127.0.0.1', port: socket.localPort })
    expect(accepted.duplex.local.port).toBe(place.port)
    socket.end()
    expect(await accepted.closed).toBeNull()
  })

  it('counts what a client that does not read makes wait, and gives all of it in the end', async () => {
    const place = await listen()
    const socket = await client(place.port)
    const { duplex } = await place.next()
    const bytes = new Uint8Array(32 * 1024 * 1024).fill(7)
    duplex.write(bytes)
    expect(duplex.queuedBytes).toBeGreaterThan(0)
    let received = 0
    const all = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received === bytes.length) resolve()
      })
    })
    await all
    expect(received).toBe(bytes.length)
    duplex.write(new Uint8Array(1))
    expect(duplex.flushedBytes).toBeGreaterThanOrEqual(bytes.length)
  })

  it('asks for the certificate of each connection, so that a new one needs no restart', async () => {
    const other = createKeyPairContext(selfSigned('renewed'))
    const contexts = [context, Promise.resolve(other)]
    const place = await listen({ secureContext: () => contexts.shift() ?? context })
    const names = [await client(place.port), await client(place.port)].map(
      (each) => each.getPeerCertificate().subject.CN,
    )
    expect(names).toEqual(['localhost', 'renewed'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no disk')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no disk'))],
  ])('closes a connection for which the certificate %s, and says why', async (_, secureContext) => {
    const place = await listen({ secureContext })
    await expect(client(place.port)).rejects.toThrow()
    const { closed } = await place.next()
    expect(await closed).toMatchObject({
      code: 'ERR_RTSP_TLS',
      message: 'TLS handshake failed: no certificate: no disk',
    })
  })

  it('closes a peer that speaks in clear, and says why', async () => {
    const place = await listen()
    const socket = connectTcp(place.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n')
    const { closed } = await place.next()
    expect(await closed).toMatchObject({ code: 'ERR_RTSP_TLS' })
    // In words, without the numbers of OpenSSL.
    expect((await closed)?.message).toMatch(/^TLS handshake failed: [a-z ]+$/)
    socket.destroy()
  })

  it('closes a peer that never finishes the handshake, at its deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const place = await listen()
    const socket = connectTcp(place.port, '127.0.0.1')
    socket.on('error', () => undefined)
    // The beginning of a ClientHello.
    socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))
    const { closed } = await place.next()
    vi.advanceTimersByTime(60_000)
    expect(await closed).toMatchObject({ message: 'TLS handshake failed: not finished within 60000 ms' })
    socket.destroy()
  })

  it('does not wait for a certificate for ever', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const secureContext = () => {
      setImmediate(() => vi.advanceTimersByTime(60_000))
      return new Promise<object>(() => undefined)
    }
    const place = await listen({ secureContext })
    const connected = client(place.port)
    await expect(connected).rejects.toThrow()
  })

  it('a deadline that was kept is over: the connection stays', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const place = await listen()
    const socket = await client(place.port)
    const first = answerOf(socket)
    socket.write('there?')
    expect(await first).toBe('!')
    vi.advanceTimersByTime(120_000)
    const second = answerOf(socket)
    socket.write('still there?')
    expect(await second).toBe('!')
  })

  it('refuses what is no key pair', () => {
    expect(() => createKeyPairContext({ ...pair, cert: 'no certificate' })).toThrow()
    expect(() => createKeyPairContext({ ...pair, key: selfSigned().key })).toThrow()
  })
})
