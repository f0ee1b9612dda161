import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultProgramOptions, parseCommandLine } from '../../src/cli/options.ts'

function line(text: string) {
  return parseCommandLine(text.split(' ').filter((word) => word !== ''))
}

const multicast = (change: object) => ({ ipRange: '239.255.0.0/16', rtpPort: 8002, interfaces: [], ...change })

describe('parseCommandLine', () => {
  it('runs with the defaults when nothing is said', () => {
    expect(line('')).toEqual({ kind: 'run', options: defaultProgramOptions })
  })

  it.each([
    ['--host 127.0.0.1', { host: '127.0.0.1' }],
    ['--host=cam.example.org', { host: 'cam.example.org' }],
    ['--host ::1', { host: '::1' }],
    ['--host [::1]', { host: '::1' }],
    ['--port 9554', { port: 9554 }],
    ['--port=0', { port: 0 }],
    ['--port 65535', { port: 65535 }],
    ['--port 1 --port 2', { port: 2 }],
    ['--rtp-port 9000', { rtpPort: 9000 }],
    ['--rtp-port 65534', { rtpPort: 65534 }],
    ['--no-udp', { rtpPort: undefined }],
    ['--multicast-range 239.255.0.0/16', { multicast: multicast({}) }],
    [
      '--multicast-range=224.1.0.0/16 --multicast-port 9002',
      { multicast: multicast({ ipRange: '224.1.0.0/16', rtpPort: 9002 }) },
    ],
    ['--multicast-range 239.255.0.0/16 --multicast-interface lo', { multicast: multicast({ interfaces: ['lo'] }) }],
    ['--tls-port 8322 --tls-key k.pem --tls-cert c.pem', { tls: { port: 8322, keyFile: 'k.pem', certFile: 'c.pem' } }],
    ['--tls-port=0 --tls-key=k --tls-cert=c --port 0', { port: 0, tls: { port: 0, keyFile: 'k', certFile: 'c' } }],
    ['--no-demo', { hasDemo: false }],
    ['--allow-takeover', { allowsTakeover: true }],
    ['--gop-cache', { hasGopCache: true }],
    ['--log-level silent', { logLevel: 'silent' }],
    ['--log-level DEBUG', { logLevel: 'debug' }],
    ['--', {}],
  ])('reads %s', (text, options) => {
    expect(line(text)).toEqual({ kind: 'run', options: { ...defaultProgramOptions, ...options } })
  })

  it.each(['--help', '-h', '--port 1 --help', '--help --nonsense', '--version -h'])('shows the help for %s', (text) => {
    expect(line(text)).toEqual({ kind: 'help' })
  })

  it.each(['--version', '-v', '--no-udp -v'])('shows the version for %s', (text) => {
    expect(line(text)).toEqual({ kind: 'version' })
  })

  it.each([
    ['--prot 1', 'unknown option --prot: did you mean --port?'],
    ['--rtpport=8000', 'unknown option --rtpport: did you mean --rtp-port?'],
    ['--log-levle debug', 'unknown option --log-levle: did you mean --log-level?'],
    ['--NO-UDP', 'unknown option --NO-UDP: did you mean --no-udp?'],
    ['--transcode', 'unknown option --transcode: see rxrtsp --help'],
    ['-x', 'unknown option -x: see rxrtsp --help'],
    ['--__proto__', 'unknown option --__proto__: see rxrtsp --help'],
    ['--constructor=1', 'unknown option --constructor: see rxrtsp --help'],
    ['8554', "unexpected argument '8554': rxrtsp takes options only, see rxrtsp --help"],
    ['-- --port', "unexpected argument '--port': rxrtsp takes options only, see rxrtsp --help"],
    ['--port', 'option --port needs a value, for example --port 8554'],
    ['--port=', 'option --port needs a value, for example --port 8554'],
    ['--port --no-udp', 'option --port needs a value, for example --port 8554'],
    ['--host=', 'option --host needs a value, for example --host 127.0.0.1'],
    ['--rtp-port', 'option --rtp-port needs a value, for example --rtp-port 8000'],
    ['--tls-port', 'option --tls-port needs a value, for example --tls-port 8322'],
    ['--tls-key', 'option --tls-key needs a value, for example --tls-key key.pem'],
    ['--tls-cert', 'option --tls-cert needs a value, for example --tls-cert cert.pem'],
    ['--tls-key k', 'TLS needs a port of its own: write --tls-port 8322 with --tls-key and --tls-cert'],
    [
      '--tls-port 1',
      '--tls-port needs a key and a certificate: write --tls-key key.pem and --tls-cert cert.pem with it',
    ],
    ['--tls-port 1 --tls-key k', '--tls-port needs a key and a certificate: write --tls-cert cert.pem with it'],
    [
      '--tls-port x --tls-key k --tls-cert c',
      "--tls-port must be a number from 0 to 65535 (0 picks a free one), not 'x'",
    ],
    [
      '--tls-port 8554 --tls-key k --tls-cert c',
      'TLS and RTSP in clear cannot share port 8554: choose another with --tls-port',
    ],
    ['--log-level', 'option --log-level needs a value, for example --log-level debug'],
    ['--no-udp=yes', 'option --no-udp takes no value: write just --no-udp'],
    ['--port abc', "--port must be a number from 0 to 65535 (0 picks a free one), not 'abc'"],
    ['--port 65536', "--port must be a number from 0 to 65535 (0 picks a free one), not '65536'"],
    ['--port -1', "--port must be a number from 0 to 65535 (0 picks a free one), not '-1'"],
    ['--port 0x10', "--port must be a number from 0 to 65535 (0 picks a free one), not '0x10'"],
    ['--port 1.5', "--port must be a number from 0 to 65535 (0 picks a free one), not '1.5'"],
    ['--port 1e3', "--port must be a number from 0 to 65535 (0 picks a free one), not '1e3'"],
    ['--rtp-port 8001', '--rtp-port must be even, because RTCP takes the port after it: write --rtp-port 8000'],
    ['--rtp-port 0', "--rtp-port must be an even number from 2 to 65534, not '0'"],
    ['--rtp-port 65535', "--rtp-port must be an even number from 2 to 65534, not '65535'"],
    ['--rtp-port x', "--rtp-port must be an even number from 2 to 65534, not 'x'"],
    ['--rtp-port 9000 --no-udp', '--rtp-port and --no-udp contradict each other: leave out one of them'],
    [
      '--multicast-range 10.0.0.0/8',
      "--multicast-range must lie within 224.0.0.0/4, like 239.255.0.0/16, not '10.0.0.0/8'",
    ],
    [
      '--multicast-range 239.0.0.0',
      "--multicast-range must lie within 224.0.0.0/4, like 239.255.0.0/16, not '239.0.0.0'",
    ],
    ['--multicast-range', 'option --multicast-range needs a value, for example --multicast-range 239.255.0.0/16'],
    [
      '--multicast-range 239.0.0.0/8 --multicast-port 9001',
      "--multicast-port must be an even number from 2 to 65534, not '9001'",
    ],
    [
      '--multicast-range 239.0.0.0/8 --multicast-port 8000',
      'multicast and UDP cannot share port 8000: write --multicast-port 8002',
    ],
    [
      '--multicast-range 239.0.0.0/8 --no-udp',
      '--multicast-range and --no-udp contradict each other: leave out one of them',
    ],
    ['--multicast-port 9000', '--multicast-port does nothing alone: write --multicast-range 239.255.0.0/16 with it'],
    [
      '--multicast-interface lo',
      '--multicast-interface does nothing alone: write --multicast-range 239.255.0.0/16 with it',
    ],
    ['--log-level loud', "--log-level must be one of debug, info, warn, error, silent, not 'loud'"],
    ['--host rtsp://localhost/', "--host takes an address or a name, not a URL: 'rtsp://localhost/'"],
    ['--host localhost:8554', '--host takes no port: write --port 8554 for it'],
    ['--host [::1]:8554', '--host takes no port: write --port 8554 for it'],
    ['--host [::1', "--host is not an address or a name: '[::1'"],
    ['--version --prot 1', 'unknown option --prot: did you mean --port?'],
  ])('refuses %s', (text, message) => {
    expect(line(text)).toEqual({ kind: 'error', message })
  })

  it('answers any arguments with a value and messages of one line', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('--port', '--host', '--no-udp', '-', '--', '-hv', '--rtp-port='))
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (args) => {
        expect(['run', 'help', 'version', 'error']).toContain(parseCommandLine(args).kind)
      }),
    )
  })
})
