// A reader in Node that shares no code with the load generator nor with the library: it plays the first media of a stream
// over TCP and tells of its packets.
import { connect } from 'node:net'

/**
 * Resolves when PLAY was answered.
 * @param {string} url
 * @param {(packet: Buffer) => void} onPacket RTP packets of the first media; valid during the call
 */
export async function playPlainly(url, onPacket) {
  const { hostname, port } = new URL(url.replace('rtsp:', 'http:'))
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  let buffered = Buffer.alloc(0)
  /** @type {((head: string) => void) | undefined} */
  let answered

  const readFrame = () => {
    if (buffered.length < 4) return false
    const end = 4 + buffered.readUInt16BE(2)
    if (buffered.length < end) return false
    if (buffered[1] === 0) onPacket(buffered.subarray(4, end))
    buffered = buffered.subarray(end)
    return true
  }
  const readAnswer = () => {
    const end = buffered.indexOf('\r\n\r\n')
    if (end < 0) return false
    const head = buffered.toString('latin1', 0, end)
    const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0)
    if (buffered.length < end + 4 + length) return false
    const body = buffered.toString('latin1', end + 4, end + 4 + length)
    buffered = buffered.subarray(end + 4 + length)
    answered?.(`${head}\r\n\r\n${body}`)
    return true
  }
  socket.on('data', (chunk) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk])
    while (buffered.length > 0 && (buffered[0] === 0x24 ? readFrame() : readAnswer()));
  })
  let sequence = 0
  const ask = (/** @type {string} */ method, /** @type {string} */ target, headers = '') =>
    new Promise((/** @type {(answer: string) => void} */ resolve, reject) => {
      answered = resolve
      socket.once('error', reject)
      socket.write(`${method} ${target} RTSP/1.0\r\nCSeq: ${++sequence}\r\n${headers}\r\n`)
    })

  const description = await ask('DESCRIBE', url, 'Accept: application/sdp\r\n')
  const base = /content-base: *(\S+)/i.exec(description)?.[1] ?? url
  const control = /m=[\s\S]*?a=control:(\S+)/.exec(description)?.[1] ?? ''
  const track = control.startsWith('rtsp:') ? control : `${base.replace(/\/?$/, '/')}${control}`
  const setup = await ask('SETUP', track, 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n')
  const session = /session: *([^;\s]+)/i.exec(setup)?.[1] ?? ''
  await ask('PLAY', base, `Session: ${session}\r\n`)
  // From here on an end of the connection is told by the packets that do not come.
  socket.on('error', () => undefined)
  return socket
}
