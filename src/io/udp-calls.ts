/**
 * The few system calls that Node has no words for, through the optional package koffi. Nothing here is needed to run:
 * whoever asks gets the calls or a clause that says why there are none. The name of the package is kept from compilers
 * and bundlers on purpose, because an installation without it is a good one.
 *
 * Structures are written byte by byte with the offsets of 64-bit little-endian Linux, which are the same on all
 * processors below and in both C libraries.
 */
import { rtspError } from '../contracts/rtsp-error.ts'

/** System calls with plain numbers. A negative result is a failure, and `errno` tells which, if asked at once. */
export interface UdpCalls {
  socket(domain: number, type: number, protocol: number): number
  bind(fd: number, address: Uint8Array, addressBytes: number): number
  getsockname(fd: number, address: Uint8Array, addressBytes: Uint8Array): number
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, valueBytes: number): number
  /** Messages that were sent; an error of a later one than the first is not told before it is tried again. */
  sendmmsg(fd: number, headers: Uint8Array, count: number, flags: number): number
  recv(fd: number, bytes: Uint8Array, byteLength: number, flags: number): number
  /** Datagrams that came, 0 or less for none. */
  recvmmsg(fd: number, headers: Uint8Array, count: number, flags: number, timeout: null): number
  poll(descriptors: Uint8Array, count: number, timeoutMs: number): number
  close(fd: number): number
  inet_pton(family: number, text: string, binary: Uint8Array): number
  errno(): number
  /** Where the bytes lie in memory. They stay there as long as somebody holds them. */
  address(bytes: Uint8Array): bigint
}

/** What is used of koffi. */
interface Koffi {
  load(path: null): { func(prototype: string): unknown }
  errno(): number
  address(value: Uint8Array): bigint
}

const processors = ['x64', 'arm64', 'riscv64', 'loong64']

const packageName: string = 'koffi'

/** Loads the calls. A text is the reason why there are none. */
export async function loadUdpCalls(
  load: () => Promise<unknown> = () => import(packageName),
  platform: string = process.platform,
  processor: string = process.arch,
): Promise<UdpCalls | string> {
  if (platform !== 'linux') return `there is no UDP segmentation on ${platform}`
  if (!processors.includes(processor)) return `the structures of ${processor} are not known`
  let loaded: unknown
  try {
    loaded = await load()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : ''
    return code === 'ERR_MODULE_NOT_FOUND'
      ? 'the package koffi is not installed'
      : `the package koffi cannot be loaded: ${textOf(cause)}`
  }
  try {
    return callsOf(koffiOf(loaded))
  } catch (cause) {
    return `the system calls cannot be reached: ${textOf(cause)}`
  }
}

function callsOf(koffi: Koffi): UdpCalls {
  const process = koffi.load(null)
  const call = (prototype: string): ((...values: unknown[]) => number) => {
    const found = process.func(prototype)
    if (!isCallable(found)) throw rtspError('ERR_RTSP_USAGE', 'koffi gave something that cannot be called')
    return found
  }
  return {
    socket: call('int socket(int domain, int type, int protocol)'),
    bind: call('int bind(int fd, void *address, uint32_t address_bytes)'),
    getsockname: call('int getsockname(int fd, void *address, void *address_bytes)'),
    setsockopt: call('int setsockopt(int fd, int level, int name, void *value, uint32_t value_bytes)'),
    sendmmsg: call('int sendmmsg(int fd, void *headers, uint32_t count, int flags)'),
    recv: call('int64_t recv(int fd, void *bytes, size_t length, int flags)'),
    recvmmsg: call('int recvmmsg(int fd, void *headers, uint32_t count, int flags, void *timeout)'),
    poll: call('int poll(void *descriptors, uint64_t count, int timeout_ms)'),
    close: call('int close(int fd)'),
    inet_pton: call('int inet_pton(int family, str text, void *binary)'),
    errno: () => koffi.errno(),
    address: (bytes) => koffi.address(bytes),
  }
}

function koffiOf(loaded: unknown): Koffi {
  const koffi = isRecord(loaded) && isRecord(loaded['default']) ? loaded['default'] : loaded
  if (isKoffi(koffi)) return koffi
  throw rtspError('ERR_RTSP_USAGE', 'this is not the koffi that is known')
}

function isKoffi(value: unknown): value is Koffi {
  return isRecord(value) && ['load', 'errno', 'address'].every((name) => typeof value[name] === 'function')
}

function isCallable(value: unknown): value is (...values: unknown[]) => number {
  return typeof value === 'function'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
