// A player of RTSP over WebSocket in one function that needs nothing around it, so that the same text runs in a browser
// (where it is sent as its source) and in Node.

/** As much of the class `WebSocket` of the HTML standard as is needed; that of the package `ws` has it too. */
export type WebSocketClass = new (
  url: string,
  protocol: string,
) => {
  binaryType: string
  readonly protocol: string
  readonly send: (data: Uint8Array) => void
  readonly close: (code?: number) => void
  onopen: unknown
  onclose: unknown
  onerror: unknown
  onmessage: unknown
}

/** What a player has seen. */
export type Played = {
  /** The subprotocol that the server chose. */
  readonly protocol: string
  /** Statuses in the order of the requests. */
  readonly statuses: readonly number[]
  /** `m=` lines of the description. */
  readonly medias: number
  /** Whole interleaved RTP packets of the first media, and how often a sequence number was not the next. */
  readonly packets: number
  readonly gaps: number
  /** Messages that were not exactly one answer or one interleaved frame. */
  readonly oddMessages: number
  /** Code of the close that followed TEARDOWN. */
  readonly closeCode: number
}

/**
 * Plays the first media of `url` (its scheme `ws` or `wss`) until `wanted` RTP packets have come; rejects when the
 * connection ends before that.
 */
export const playOverWebSocket = (Socket: WebSocketClass, url: string, wanted: number): Promise<Played> =>
  new Promise((resolve, reject) => {
    const socket = new Socket(url, 'rtsp.onvif.org')
    socket.binaryType = 'arraybuffer'
    const statuses: number[] = []
    const rtspUrl = url.replace(/^ws/u, 'rtsp')
    let [medias, packets, gaps, oddMessages, cseq, lastSequence, session] = [0, 0, 0, 0, 0, -1, '']
    let answered: (answer: string) => void = () => undefined

    const ask = (method: string, target: string, headers: string): Promise<string> =>
      new Promise((next) => {
        answered = next
        const id = session === '' ? '' : `Session: ${session}\r\n`
        const request = `${method} ${target} RTSP/1.0\r\nCSeq: ${String(++cseq)}\r\n${id}${headers}\r\n`
        // In two messages, since a request may be cut anywhere.
        const bytes = new TextEncoder().encode(request)
        socket.send(bytes.slice(0, 9))
        socket.send(bytes.slice(9))
      })

    const play = async (): Promise<void> => {
      await ask('OPTIONS', rtspUrl, '')
      const description = await ask('DESCRIBE', rtspUrl, 'Accept: application/sdp\r\n')
      medias = description.split(/^m=/mu).length - 1
      const base = /^Content-Base: (\S+)/imu.exec(description)?.[1] ?? `${rtspUrl}/`
      const control = /^m=[^]*?^a=control:(\S+)/mu.exec(description)?.[1] ?? ''
      const track = /^rtsps?:/u.test(control) ? control : base + control
      const setup = await ask('SETUP', track, 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n')
      session = /^Session: ([^;\r]+)/imu.exec(setup)?.[1] ?? ''
      await ask('PLAY', base, '')
    }

    socket.onopen = () => void play()
    socket.onmessage = ({ data }: { readonly data: ArrayBuffer }) => {
      const bytes = new Uint8Array(data)
      const view = new DataView(data)
      if (bytes[0] !== 0x24) {
        const answer = new TextDecoder().decode(bytes)
        if (!answer.startsWith('RTSP/1.0 ')) oddMessages++
        statuses.push(Number(answer.slice(9, 12)))
        answered(answer)
        return
      }
      if (bytes.length !== 4 + view.getUint16(2)) oddMessages++
      if (bytes[1] !== 0) return
      const sequence = view.getUint16(6)
      if (lastSequence !== -1 && sequence !== ((lastSequence + 1) & 0xffff)) gaps++
      lastSequence = sequence
      packets++
      if (packets === wanted) void ask('TEARDOWN', rtspUrl, '').then(() => socket.close(1000))
    }
    socket.onerror = () => reject(new Error('the connection failed'))
    socket.onclose = ({ code }: { readonly code: number }) => {
      if (packets < wanted) reject(new Error(`closed with ${String(code)} after statuses ${statuses.join(', ')}`))
      else resolve({ protocol: socket.protocol, statuses, medias, packets, gaps, oddMessages, closeCode: code })
    }
  })
