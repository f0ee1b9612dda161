import { loadUdpCalls, type UdpCalls } from '../../src/io/udp-calls.ts'

const loaded = await loadUdpCalls()

/** The real calls, where there are some. */
export const realCalls: UdpCalls | undefined = typeof loaded === 'string' ? undefined : loaded

/** A message that `sendmmsg` was given, as the system reads it. */
export interface SentMessage {
  readonly name: readonly number[]
  readonly bytes: Uint8Array
  /** Level, type and value of its control message; none for a single datagram. */
  readonly control: readonly number[]
}

/** Calls of a system that does what the script says. */
export class FakeCalls implements UdpCalls {
  /** Error numbers of the next messages of `sendmmsg`; 0 and what comes after the last one succeed. */
  errors: number[] = []
  /** Sizes of the datagrams that arrive. */
  arriving: number[] = []
  isBindRefused = false
  readonly log: string[] = []
  /** What was sent. */
  readonly sent: SentMessage[] = []
  #error = 0
  #nextAddress = 0x7f00_0000_1000n
  readonly #addresses = new Map<ArrayBufferLike, bigint>()

  socket(): number {
    this.log.push('socket')
    return 77
  }

  bind(): number {
    return this.isBindRefused ? this.#fail(98) : 0
  }

  getsockname(_fd: number, address: Uint8Array): number {
    address[3] = 99
    return 0
  }

  setsockopt(): number {
    return 0
  }

  /** Nothing waits. */
  recvmmsg(): number {
    this.log.push('take')
    return -1
  }

  /** As Linux does it: the error of a message that is not the first is found again by the next call. */
  sendmmsg(_fd: number, headers: Uint8Array, count: number): number {
    let sent = 0
    while (sent < count) {
      const error = this.errors[0] ?? 0
      if (error !== 0 && sent > 0) break
      this.errors.shift()
      if (error !== 0) {
        this.log.push(`error ${error}`)
        return this.#fail(error)
      }
      this.sent.push(this.#message(headers, sent * 64))
      sent += 1
    }
    this.log.push(`sent ${sent}`)
    return sent
  }

  #message(headers: Uint8Array, at: number): SentMessage {
    const view = new DataView(headers.buffer, headers.byteOffset + at, 64)
    const long = (offset: number): bigint => view.getBigUint64(offset, true)
    const part = this.#read(long(16), 16)
    const [address, length] = [part.getBigUint64(0, true), part.getBigUint64(8, true)]
    const control = long(40) === 0n ? undefined : this.#read(long(32), Number(long(40)))
    const bytesOf = ({ buffer, byteOffset, byteLength }: DataView) => new Uint8Array(buffer, byteOffset, byteLength)
    return {
      name: [...bytesOf(this.#read(long(0), view.getUint32(8, true)))],
      bytes: bytesOf(this.#read(address, Number(length))).slice(),
      control:
        control === undefined
          ? []
          : [
              Number(control.getBigUint64(0, true)),
              control.getInt32(8, true),
              control.getInt32(12, true),
              control.getUint16(16, true),
            ],
    }
  }

  /** Memory that `address` told of. */
  #read(address: bigint, length: number): DataView {
    for (const [buffer, start] of this.#addresses) {
      const offset = Number(address - start)
      if (offset >= 0 && offset + length <= buffer.byteLength) return new DataView(buffer, offset, length)
    }
    throw new Error(`nothing is at ${address}`)
  }

  recv(_fd: number, bytes: Uint8Array): number {
    const size = this.arriving.shift() ?? 0
    bytes[0] = 3 - this.arriving.length
    return size
  }

  poll(): number {
    return this.arriving.length === 0 ? 0 : 1
  }

  close(): number {
    this.log.push('close')
    return 0
  }

  inet_pton(_family: number, _text: string, binary: Uint8Array): number {
    binary.set([192, 0, 2, 7])
    return 1
  }

  errno(): number {
    return this.#error
  }

  /** A page of memory for each buffer. */
  address(bytes: Uint8Array): bigint {
    let start = this.#addresses.get(bytes.buffer)
    if (start === undefined) {
      start = this.#nextAddress
      this.#nextAddress += 0x10_0000n
      this.#addresses.set(bytes.buffer, start)
    }
    return start + BigInt(bytes.byteOffset)
  }

  #fail(error: number): number {
    this.#error = error
    return -1
  }
}
