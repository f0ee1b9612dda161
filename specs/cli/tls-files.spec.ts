import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchTlsFiles } from '../../src/cli/tls-files.ts'
import { selfSigned } from '../io/self-signed.ts'

describe('watchTlsFiles', () => {
  let folder = ''
  let told: string[] = []
  let changes = 0

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rxrtsp-tls-'))
    told = []
    changes = 0
  })

  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  /** Writes both files, with a time of change of their own: two writes may fall into one tick of the file system. */
  function write(key: string, cert: string): void {
    changes += 1
    for (const [name, text] of Object.entries({ 'key.pem': key, 'cert.pem': cert })) {
      writeFileSync(join(folder, name), text)
      utimesSync(join(folder, name), changes, changes)
    }
  }

  const watch = () =>
    watchTlsFiles(
      { port: 0, keyFile: join(folder, 'key.pem'), certFile: join(folder, 'cert.pem') },
      () => told.push('renewed'),
      (why) => told.push(`failed: ${why}`),
    )

  it('gives the same context until the files change, then the new one', () => {
    const [one, other] = [selfSigned(), selfSigned()]
    write(one.key, one.cert)
    const context = watch()
    const first = context()
    expect(context()).toBe(first)
    write(other.key, other.cert)
    expect(context()).not.toBe(first)
    expect(context()).toBe(context())
    expect(told).toEqual(['renewed'])
  })

  it('keeps what it has when the new files cannot be used, and says so once', () => {
    const [one, other] = [selfSigned(), selfSigned()]
    write(one.key, one.cert)
    const context = watch()
    const first = context()
    write(other.key, one.cert)
    expect([context(), context()]).toEqual([first, first])
    expect(told).toEqual([expect.stringContaining('failed: ')])
    rmSync(join(folder, 'key.pem'))
    expect(context()).toBe(first)
    write(other.key, other.cert)
    expect(context()).not.toBe(first)
    expect(told).toHaveLength(3)
  })

  it('throws when they cannot be used from the start', () => {
    expect(watch).toThrow('ENOENT')
    write('no key', 'no certificate')
    expect(watch).toThrow()
  })
})
