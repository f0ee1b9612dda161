import { loadUdpCalls, type UdpCalls } from '../../src/io/udp-calls.ts'

const loaded = await loadUdpCalls()

/** The real calls, where there are some. */
export const realCalls: UdpCalls | undefined = typeof loaded === 'string' ? undefined : loaded

/** Calls of a system that does what the script says. */
export class FakeCalls implements UdpCalls {
  /** Error numbers of the next calls of `sendmsg`; 0 and what comes after the last one succeed. */
  batchErrors: number[] = []
  /** What `sendto` fails with, 0 for nothing. */
  singleError = 0
  /** Sizes of the datagrams that arrive. */
  arriving: number[] = []
  isBindRefused = false
  readonly log: string[] = []
  /** Copies of the headers that `sendmsg` got. */
  readonly headers: Uint8Array[] = []
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

  sendto(_fd: number, bytes: Uint8Array): number {
    this.log.push(`one ${bytes.length}`)
    return this.singleError === 0 ? bytes.length : this.#fail(this.singleError)
  }

  /** Nothing waits. */
  recvmmsg(): number {
    this.log.push('take')
    return -1
  }

  sendmsg(_fd: number, header: Uint8Array): number {
    const error = this.batchErrors.shift() ?? 0
    this.log.push(`batch ${error}`)
    this.headers.push(header.slice())
    return error === 0 ? 1 : this.#fail(error)
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
