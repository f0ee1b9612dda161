import { describe, expect, it } from 'vitest'
import { FailureCache } from '../../../src/media/inbound/failure-cache.ts'

describe('FailureCache', () => {
  it('gives the same object for equal failures', () => {
    const cache = new FailureCache('ERR_RTSP_RTP_UNKNOWN_PAYLOAD_TYPE')
    expect(cache.get(7)).toBe(cache.get(7))
    expect(cache.get(7)).toMatchObject({ text: 'received RTP packet with unknown payload type: 7' })
  })

  it('forgets when a peer causes more than it remembers', () => {
    const cache = new FailureCache('ERR_RTSP_RTP_UNKNOWN_PAYLOAD_TYPE', 2)
    const first = cache.get(1)
    cache.get(2)
    expect(cache.get(1)).toBe(first)
    cache.get(3)
    expect(cache.get(1)).not.toBe(first)
    expect(cache.get(1)).toEqual(first)
  })
})
