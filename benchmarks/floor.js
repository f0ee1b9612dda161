// The least that Node can do over TCP: bytes of a publisher go to every reader as they come, in one write each, and
// requests are answered from a table. No checks, no statistics, no bounds: a floor to measure servers against, not a server.
//
//   node benchmarks/floor.js <port>
import { createServer } from 'node:net'

/** @typedef {{ sdp: string, readers: Set<import('node:net').Socket> }} Path */

/** @type {Map<string, Path>} */
const paths = new Map()
const options = { noDelay: true, keepAlive: true, allowHalfOpen: true, pauseOnConnect: true }

const server = createServer(options, (socket) => {
  /** @type {Path | undefined} */
  let published
  /** @type {Path | undefined} */
  let read
  socket.on('error', () => undefined)
  socket.on('end', () => socket.end())
  socket.on('close', () => read?.readers.delete(socket))
  socket.on('data', (chunk) => {
    // What a publisher sends is relayed as it comes, from the middle of a packet as well; only keep-alives are answered.
    if (published !== undefined && !(chunk[0] === 0x4f && chunk.latin1Slice(0, 8) === 'OPTIONS ')) {
      for (const reader of published.readers) reader.write(chunk)
      return
    }
    const text = chunk.latin1Slice()
    // A reader's RTCP, and its answers to a publisher's keep-alive that was relayed in the middle of packets.
    if (text[0] === '$' || text.startsWith('RTSP/')) return
    const [method = '', url = ''] = text.split(' ', 2)
    const name = new URL(url.replace('rtsp:', 'http:')).pathname.split('/')[1] ?? ''
    const path = paths.get(name)
    let rest = 'Session: 1;timeout=60\r\n'
    let body = ''
    if (method === 'OPTIONS') rest = 'Public: DESCRIBE, SETUP, PLAY, TEARDOWN, ANNOUNCE, RECORD\r\n'
    else if (method === 'ANNOUNCE')
      paths.set(name, { sdp: text.slice(text.indexOf('\r\n\r\n') + 4), readers: new Set() })
    else if (method === 'DESCRIBE') {
      body = path?.sdp ?? ''
      rest = `Content-Type: application/sdp\r\nContent-Base: ${url}/\r\nContent-Length: ${body.length}\r\n`
    } else if (method === 'SETUP') rest += 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n'
    const status = method === 'DESCRIBE' && path === undefined ? '404 Not Found' : '200 OK'
    socket.write(`RTSP/1.0 ${status}\r\nCSeq: ${/CSeq: (\d+)/.exec(text)?.[1]}\r\n${rest}\r\n${body}`, 'latin1')
    if (method === 'RECORD') published = path
    if (method === 'PLAY') {
      read = path
      path?.readers.add(socket)
    }
    if (method === 'TEARDOWN') read?.readers.delete(socket)
  })
  socket.resume()
})
server.listen(Number(process.argv[2] ?? 8554), '127.0.0.1', () => process.stdout.write('listening\n'))
process.once('SIGTERM', () => process.exit(0))
