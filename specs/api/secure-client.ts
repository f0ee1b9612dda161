import { isFailure } from '../../src/contracts/failure.ts'
import { headerValue } from '../../src/wire/headers/header-map.ts'
import { formatKeyMgmt, parseKeyMgmt } from '../../src/wire/headers/key-mgmt.ts'
import { createMikey } from '../../src/wire/mikey/create-mikey.ts'
import { encodeMikey, parseMikey } from '../../src/wire/mikey/mikey-message.ts'
import { readSrtpParameters, type SrtpParameters } from '../../src/wire/mikey/srtp-parameters.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import type { RtspResponse } from '../../src/wire/rtsp/message.ts'
import type { SrtpKeyMaterial } from '../../src/wire/srtp/key-material.ts'
import { SrtpReceiver } from '../../src/wire/srtp/srtp-receiver.ts'
import { SrtpSender } from '../../src/wire/srtp/srtp-sender.ts'
import { seededEntropy } from '../../src/testing/seeded-entropy.ts'
import type { RtspServerOptions } from '../../src/api/options.ts'
import type { ServerHandlers } from '../../src/api/handlers.ts'
import { selfSigned } from '../io/self-signed.ts'
import { Client, publisherSdp, Scene } from './scene.ts'

/** A scene whose server listens under TLS as well, and clients that speak SRTP with keys of their own. */

export const secureOptions: RtspServerOptions = { listenTls: { port: 8322 }, tls: selfSigned() }

export function secureScene(options: RtspServerOptions = {}, handlers: ServerHandlers = {}): Promise<Scene> {
  return new Scene({ ...secureOptions, ...options }, handlers).listen()
}

export const secureSdp = publisherSdp.replaceAll('RTP/AVP', 'RTP/SAVP')

/** What a client offers; a key identifier, rollover counters of its sources, and when the message was made. */
export interface Offer {
  readonly mki?: Uint8Array
  readonly rollovers?: ReadonlyMap<number, number>
  readonly now?: number
}

export class SecureClient extends Client {
  readonly scene: Scene
  readonly keys: SrtpKeyMaterial
  readonly #offer: Offer
  /** By media index: what the client sends, and what it receives with the keys of the server. */
  readonly senders: SrtpSender[] = []
  readonly receivers: SrtpReceiver[] = []
  readonly parameters: SrtpParameters[] = []

  constructor(scene: Scene, offer: Offer = {}, address = '10.0.0.1') {
    super({ network: scene.network, clock: scene.clock, port: 8322, address })
    const entropy = seededEntropy(99)
    this.scene = scene
    this.#offer = offer
    const { mki } = offer
    this.keys = {
      masterKey: entropy.bytes(16),
      masterSalt: entropy.bytes(14),
      ...(mki === undefined ? {} : { mki }),
    }
  }

  /** The value of a `KeyMgmt` header with the client's keys. */
  keyMgmt(): string {
    const { rollovers = new Map(), now = this.scene.clock.wallNow() } = this.#offer
    const message = createMikey({ keys: this.keys, rollovers, now, entropy: seededEntropy(5) })
    return formatKeyMgmt({ uri: 'rtsps://host/whatever', data: encodeMikey(message) })
  }

  /** SETUP with keys. From the answer on, `senders` and `receivers` of that media work. */
  protect(index: number, url: string, transport: string): RtspResponse | undefined {
    const answer = this.ask('SETUP', url, { Transport: transport, KeyMgmt: this.keyMgmt() })
    if (answer?.statusCode === 200) this.takeKeys(index, answer)
    return answer
  }

  takeKeys(index: number, answer: RtspResponse): void {
    const header = parseKeyMgmt(headerValue(answer.headers, 'KeyMgmt') ?? '')
    if (isFailure(header)) throw new Error(header.text)
    this.takeMessage(index, header.data)
  }

  takeMessage(index: number, data: Uint8Array): void {
    const message = parseMikey(data)
    if (isFailure(message)) throw new Error(message.text)
    const parameters = readSrtpParameters(message, this.scene.clock.wallNow())
    if (isFailure(parameters)) throw new Error(parameters.text)
    this.parameters[index] = parameters
    this.receivers[index] = new SrtpReceiver(parameters.keys, parameters.rollovers)
    this.senders[index] = new SrtpSender(this.keys, this.#offer.rollovers)
  }

  /** Announces and sets up two medias over the connection, on channels 2-3 and 4-5. */
  recordSecurely(path = '/pub'): RtspResponse | undefined {
    const url = `rtsps://host:8322${path}`
    this.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, secureSdp)
    for (const index of [0, 1]) {
      const first = index * 2 + 2
      this.protect(
        index,
        `${url}/streamid=${index}`,
        `RTP/SAVP/TCP;unicast;interleaved=${first}-${first + 1};mode=record`,
      )
    }
    return this.ask('RECORD', url)
  }

  /** Sends an encrypted RTP packet of a media of `recordSecurely`. */
  sendRtp(index: number, packet: Uint8Array): void {
    this.write(encodeInterleavedFrame(index * 2 + 2, protectedRtp(this.senders[index], packet)))
  }

  sendRtcp(index: number, compound: Uint8Array, firstChannel = index * 2 + 2): void {
    this.write(encodeInterleavedFrame(firstChannel + 1, protectedRtcp(this.senders[index], compound)))
  }

  /** What arrived on a channel, decrypted as media `index`; the code of the failure where that did not work. */
  decrypted(index: number, channel: number): readonly (Uint8Array | string)[] {
    this.scene.settle()
    this.read()
    const frames = this.frames().filter((frame) => frame.channel === channel)
    return frames.map(({ payload }) => this.open(index, payload, channel % 2 === 1))
  }

  open(index: number, bytes: Uint8Array, isRtcp = false): Uint8Array | string {
    const receiver = this.receivers[index]
    if (receiver === undefined) throw new Error('no keys')
    const opened = isRtcp ? receiver.unprotectRtcp(bytes) : receiver.unprotectRtp(bytes)
    return isFailure(opened) ? opened.code : opened
  }
}

export function protectedRtp(sender: SrtpSender | undefined, packet: Uint8Array): Uint8Array {
  const bytes = sender?.protectRtp(packet)
  if (bytes === undefined || isFailure(bytes)) throw new Error('cannot be encrypted')
  return bytes
}

export function protectedRtcp(sender: SrtpSender | undefined, compound: Uint8Array): Uint8Array {
  const bytes = sender?.protectRtcp(compound)
  if (bytes === undefined || isFailure(bytes)) throw new Error('cannot be encrypted')
  return bytes
}
