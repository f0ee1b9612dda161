import { describe, expect, it } from 'vitest'
import { bannerLines, reachableAddresses, serverUrls, type BannerFacts } from '../../src/cli/banner.ts'

const facts: BannerFacts = {
  version: '1.2.3',
  host: '',
  port: 8554,
  rtpPort: 8000,
  demoPath: 'demo',
  addresses: ['192.168.1.5'],
}

describe('bannerLines', () => {
  it('says where, what to type, and last that it is ready', () => {
    expect(bannerLines(facts)).toEqual([
      'Serving at   rtsp://localhost:8554/  rtsp://192.168.1.5:8554/  (TCP, UDP ports 8000-8001)',
      'Demo clip    ffplay -rtsp_transport tcp rtsp://localhost:8554/demo',
      'Publish      ffmpeg -re -stream_loop -1 -i video.mp4 -c copy -f rtsp rtsp://localhost:8554/live',
      'Play         ffplay rtsp://localhost:8554/live',
      'rxrtsp 1.2.3 is ready on port 8554',
    ])
  })

  it('says where TLS is, if it is anywhere', () => {
    expect(bannerLines({ ...facts, tlsPort: 8322 })[1]).toBe('Under TLS    rtsps://localhost:8322/')
    expect(bannerLines({ ...facts, host: '::1', tlsPort: 322 })[1]).toBe('Under TLS    rtsps://[::1]/')
  })

  it('leaves out what is switched off', () => {
    const lines = bannerLines({ ...facts, demoPath: undefined, rtpPort: undefined })
    expect(lines.join('\n')).not.toMatch(/demo|UDP/i)
    expect(lines[0]).toContain('(TCP only)')
  })
})

describe('serverUrls', () => {
  it.each([
    [{ host: '127.0.0.1', port: 8554 }, ['rtsp://127.0.0.1:8554/']],
    [{ host: '::1', port: 8554 }, ['rtsp://[::1]:8554/']],
    [{ host: 'cam.example.org', port: 554 }, ['rtsp://cam.example.org/']],
    // IPv4 only: what is not listened on is not shown.
    [{ host: '0.0.0.0', port: 1 }, ['rtsp://localhost:1/', 'rtsp://10.0.0.2:1/']],
    [{ host: '::', port: 1 }, ['rtsp://localhost:1/', 'rtsp://10.0.0.2:1/', 'rtsp://[2001:db8::1]:1/']],
  ])('of %o are %o', (where, urls) => {
    expect(serverUrls({ ...where, addresses: ['10.0.0.2', '2001:db8::1'] })).toEqual(urls)
  })

  it('shows a handful at most', () => {
    const addresses = Array.from({ length: 50 }, (_, index) => `10.0.0.${index}`)
    expect(serverUrls({ host: '', port: 1, addresses })).toHaveLength(5)
  })
})

describe('reachableAddresses', () => {
  it('puts IPv4 first and leaves out what others cannot use', () => {
    expect(
      reachableAddresses({
        lo: [
          { address: '127.0.0.1', internal: true },
          { address: '::1', internal: true },
        ],
        eth0: [
          { address: '2001:db8::1', internal: false },
          { address: 'fe80::1', internal: false },
          { address: '192.168.1.5', internal: false },
        ],
        wlan0: [{ address: '192.168.1.5', internal: false }],
        gone: undefined,
      }),
    ).toEqual(['192.168.1.5', '2001:db8::1'])
  })
})
