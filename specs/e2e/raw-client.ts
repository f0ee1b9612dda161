// A peer that is nobody's client library: bytes out, bytes in. Used to ask plain questions and to misbehave.
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { eventually } from './process.ts'

/** A raw connection; `received` is everything that came so far, read as Latin-1 so that no byte is lost. */
export type RawClient = {
  readonly send: (bytes: string | Uint8Array) => void
  readonly received: () => string
  readonly isClosed: () => boolean
  readonly waitFor: (pattern: RegExp, limitMs?: number) => Promise<string>
  readonly waitForClose: (limitMs?: number) => Promise<void>
  readonly close: () => void
}

/** Connects to a server on this machine. */
export const connectRaw = (port: number): Promise<RawClient> => rawClient(() => connect(port, '127.0.0.1'), 'connect')

/** Connects under TLS, with whatever certificate the server has. */
export const connectRawTls = (port: number): Promise<RawClient> =>
  rawClient(() => connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }), 'secureConnect')

const rawClient = (open: () => Socket, ready: 'connect' | 'secureConnect'): Promise<RawClient> =>
  new Promise((resolve, reject) => {
    const socket = open()
    let text = ''
    let closed = false
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.once('close', () => {
      closed = true
    })
    socket.once('error', reject)
    socket.once(ready, () => {
      // From here on a reset is an ordinary way for the server to end a connection; `close` follows it.
      socket.on('error', () => undefined)
      resolve({
        send: (bytes) => {
          socket.write(bytes)
        },
        received: () => text,
        isClosed: () => closed,
        waitFor: (pattern, limitMs) =>
          eventually(
            `${String(pattern)} in ${JSON.stringify(text.slice(0, 400))}`,
            () => pattern.exec(text)?.[0],
            limitMs,
          ),
        waitForClose: async (limitMs) => {
          await eventually('the server to close the connection', () => (closed ? true : undefined), limitMs)
        },
        close: () => socket.destroy(),
      })
    })
  })

/** The status of a DESCRIBE of `path`, asked on a connection of its own. */
export const describeStatus = async (port: number, path: string): Promise<number> => {
  const client = await connectRaw(port)
  client.send(`DESCRIBE rtsp://127.0.0.1:${port}/${path} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n`)
  try {
    return Number((await client.waitFor(/^RTSP\/1\.0 \d{3}/)).slice(9))
  } finally {
    client.close()
  }
}

/** Waits until `path` can be read, which is when its publisher has begun. */
export const untilPublished = async (port: number, path: string): Promise<void> => {
  await eventually(
    `the path ${path} to be published`,
    async () => ((await describeStatus(port, path)) === 200 ? true : undefined),
    15_000,
    100,
  )
}
