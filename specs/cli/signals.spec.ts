import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { installSignalHandlers, type EndSignal } from '../../src/cli/signals.ts'

function create(close: () => Promise<void>) {
  const source = new EventEmitter()
  const told: string[] = []
  const uninstall = installSignalHandlers(source, {
    close: () => {
      told.push('close')
      return close()
    },
    exit: (status) => told.push(`exit ${status}`),
    onClosing: (signal) => told.push(`closing ${signal}`),
    onCloseFailed: (error) => told.push(String(error)),
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return { source, told, uninstall, turn }
}

const never = () => new Promise<void>(() => undefined)

describe('installSignalHandlers', () => {
  it.each(['SIGINT', 'SIGTERM'] satisfies EndSignal[])('on the first %s closes, then exits with 0', async (signal) => {
    const { source, told, turn } = create(() => Promise.resolve())
    source.emit(signal)
    await turn()
    expect(told).toEqual([`closing ${signal}`, 'close', 'exit 0'])
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('on a second signal %s exits at once with %i, while it still closes', async (signal, status) => {
    const { source, told, turn } = create(never)
    source.emit('SIGINT')
    await turn()
    source.emit(signal)
    expect(told).toEqual(['closing SIGINT', 'close', `exit ${status}`])
  })

  it('exits with 1 when closing fails, be it by a rejection or by a throw', async () => {
    for (const close of [
      () => Promise.reject(new Error('stuck')),
      () => {
        throw new Error('stuck')
      },
    ]) {
      const { source, told, turn } = create(close)
      source.emit('SIGTERM')
      await turn()
      expect(told).toEqual(['closing SIGTERM', 'close', 'Error: stuck', 'exit 1'])
    }
  })

  it('leaves nothing behind when it is uninstalled', () => {
    const { source, uninstall } = create(never)
    expect(source.eventNames()).toEqual(['SIGINT', 'SIGTERM'])
    uninstall()
    expect(source.eventNames()).toEqual([])
  })
})
