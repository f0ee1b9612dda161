import { describe, expect, it } from 'vitest'
import { findUdpBatching } from '../../src/io/udp-batching.ts'
import { loadUdpCalls } from '../../src/io/udp-calls.ts'
import { FakeCalls, realCalls } from './udp-fakes.ts'

const nothing = () => Promise.resolve({})

describe('the calls for batches', () => {
  it.each([
    ['win32', 'x64', nothing, 'there is no UDP segmentation on win32'],
    ['linux', 's390x', nothing, 'the structures of s390x are not known'],
    ['linux', 'x64', nothing, /^the system calls cannot be reached: .*not the koffi that is known/u],
    [
      'linux',
      'x64',
      () => Promise.reject(Object.assign(new Error('Cannot find'), { code: 'ERR_MODULE_NOT_FOUND' })),
      'the package koffi is not installed',
    ],
    [
      'linux',
      'x64',
      () => Promise.reject(new Error('addons are not allowed')),
      'the package koffi cannot be loaded: addons are not allowed',
    ],
    [
      'linux',
      'x64',
      () =>
        Promise.resolve({
          default: {
            load: () => {
              throw new Error('no symbols')
            },
            errno: () => 0,
            address: () => 0n,
          },
        }),
      /^the system calls cannot be reached: no symbols/u,
    ],
  ])('on %s %s are missed with a reason, never with an error', async (platform, processor, load, reason) => {
    const found = await loadUdpCalls(load, platform, processor)
    if (typeof reason === 'string') expect(found).toBe(reason)
    else expect(found).toMatch(reason)
  })
})

describe('the attempt to send a batch', () => {
  const found = (change: Partial<FakeCalls>) => {
    const calls = Object.assign(new FakeCalls(), change)
    return { calls, result: findUdpBatching(() => Promise.resolve(calls)) }
  }

  it('passes on why there are no calls', async () => {
    expect(await findUdpBatching(() => Promise.resolve('no koffi'))).toBe('no koffi')
  })

  it('succeeds when what was sent at once arrives one by one, and closes its socket', async () => {
    const { calls, result } = found({ arriving: [120, 120, 50] })
    expect(await result).toBe(calls)
    expect(calls.log).toEqual(['socket', 'sent 1', 'close'])
  })

  it.each([
    [
      'a kernel that takes the option and sends one long datagram',
      { arriving: [290] },
      'the kernel does not cut batches',
    ],
    ['a kernel that loses the rest', { arriving: [120] }, 'the kernel does not cut batches'],
    ['a kernel that refuses', { errors: [22] }, 'the kernel refuses to send a batch'],
    ['a machine without loopback', { isBindRefused: true }, 'no socket can be made for an attempt'],
  ])('fails with %s', async (_, change, reason) => {
    const { calls, result } = found(change)
    expect(await result).toBe(reason)
    expect(calls.log.at(-1)).toBe('close')
  })

  it('fails with calls that throw', async () => {
    const { result } = found({
      sendmmsg: () => {
        throw new Error('wrong argument')
      },
    })
    expect(await result).toBe('the attempt to send a batch failed: wrong argument')
  })

  // Without this, a mistake of ours would pass for a kernel that cannot, and the specs with real batches would be left out.
  it.runIf(hasSegmentation())('succeeds with the real calls where the kernel knows the option', async () => {
    expect(await findUdpBatching(() => Promise.resolve(realCalls!))).toBe(realCalls)
  })
})

/** True where a socket takes the option `UDP_SEGMENT`. */
function hasSegmentation(): boolean {
  if (realCalls === undefined) return false
  const fd = realCalls.socket(2, 2, 0)
  const isTaken = realCalls.setsockopt(fd, 17, 103, Uint8Array.of(0x78, 5, 0, 0), 4) === 0
  realCalls.close(fd)
  return isTaken
}
