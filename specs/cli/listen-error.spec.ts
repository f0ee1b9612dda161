import { describe, expect, it } from 'vitest'
import { explainListenError } from '../../src/cli/listen-error.ts'

const attempt = { host: '', port: 8554, rtpPort: 8000 }

function systemError(code: string, syscall: string, port?: number): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall, ...(port === undefined ? {} : { port }) })
}

describe('explainListenError', () => {
  it.each([
    [
      systemError('EADDRINUSE', 'listen', 8554),
      'TCP port 8554 is already in use: stop the other program, or choose another with --port 9554',
    ],
    [
      systemError('EADDRINUSE', 'bind', 8000),
      'UDP port 8000 is already in use: stop the other program, or choose another with --rtp-port 9000 (or go without with --no-udp)',
    ],
    [
      systemError('EADDRINUSE', 'bind', 8001),
      'UDP port 8001 is already in use: stop the other program, or choose another with --rtp-port 9000 (or go without with --no-udp)',
    ],
    [systemError('EADDRINUSE', '', 8001), /^UDP port 8001 is already in use/],
    [systemError('EADDRINUSE', 'listen'), /^TCP port 8554 is already in use/],
    [
      systemError('EACCES', 'listen', 554),
      'TCP port 554 may not be opened by this user: choose one from 1024 on, for example --port 8554',
    ],
    [systemError('EPERM', 'bind', 80), /^UDP port 80 may not be opened.*--rtp-port 8000$/],
    [systemError('EMFILE', 'listen', 8554), 'cannot listen on TCP port 8554: listen EMFILE'],
    [new Error('something else'), 'cannot listen: something else'],
    [Object.assign(new Error('invalid options'), { code: 'ERR_RTSP_OPTIONS' }), 'cannot listen: invalid options'],
    ['text', 'cannot listen: text'],
    [undefined, 'cannot listen: undefined'],
  ])('explains %s', (error, sentence) => {
    expect(explainListenError(error, attempt)).toMatch(sentence)
  })

  it.each(['EADDRNOTAVAIL', 'ENOTFOUND'])('says for %s that the host is the matter', (code) => {
    const sentence = explainListenError(systemError(code, 'listen', 8554), { ...attempt, host: '10.9.8.7' })
    expect(sentence).toContain("'10.9.8.7'")
    expect(sentence).toContain('--host')
  })

  it('finds the system error behind another, and is not led in circles', () => {
    const wrapped = new Error('cannot listen', { cause: systemError('EADDRINUSE', 'listen', 8554) })
    expect(explainListenError(wrapped, attempt)).toMatch(/^TCP port 8554 is already in use/)
    const circle: Error & { cause?: unknown } = new Error('round')
    circle.cause = circle
    expect(explainListenError(circle, attempt)).toBe('cannot listen: round')
  })

  it('knows the port of TLS from that of RTSP in clear', () => {
    const both = { ...attempt, tlsPort: 8322 }
    expect(explainListenError(systemError('EADDRINUSE', 'listen', 8322), both)).toContain('--tls-port 9322')
    expect(explainListenError(systemError('EACCES', 'listen', 8322), both)).toContain('--tls-port 8322')
    expect(explainListenError(systemError('EADDRINUSE', 'listen', 8554), both)).toContain('--port 9554')
  })

  it('suggests a port that exists', () => {
    const high = { ...attempt, port: 65000 }
    expect(explainListenError(systemError('EADDRINUSE', 'listen', 65000), high)).toContain('--port 64000')
  })
})
