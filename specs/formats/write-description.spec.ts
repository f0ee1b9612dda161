import { describe, expect, it } from 'vitest'
import { RtspError } from '../../src/contracts/rtsp-error.ts'
import { createDescription } from '../../src/formats/create-description.ts'
import * as create from '../../src/formats/create-format.ts'
import { describeForPlay } from '../../src/formats/describe-for-play.ts'
import type { Format } from '../../src/formats/format.ts'
import { readDescription } from '../../src/formats/read-description.ts'
import { writeDescription } from '../../src/formats/write-description.ts'
import { formatText } from '../../src/formats/write-format.ts'

const sps = new Uint8Array([0x67, 0x64, 0x00, 0x0c, 0xac])
const pps = new Uint8Array([0x68, 0xee, 0x38, 0x80])
const stream = createDescription({
  title: 'Door',
  medias: [
    { type: 'video', id: '1', formats: [create.h264Format({ payloadType: 96, sps, pps })] },
    { type: 'audio', id: '2', isBackChannel: true, control: 'talk', formats: [create.g711Format({ isMuLaw: true })] },
    {
      type: 'application',
      id: '3',
      formats: [create.genericFormat({ payloadType: 98, rtpmap: 'vnd.onvif.metadata/90000' })],
    },
  ],
  fecGroups: [['1', '3']],
})
const play = { includeBackChannels: false, multicast: false, secure: false, isIpv6: false }

describe('a description that is served', () => {
  it('has these lines in this order, without back channels', () => {
    expect(writeDescription(describeForPlay(stream, play)).split('\r\n')).toEqual([
      'v=0',
      'o=- 0 0 IN IP4 127.0.0.1',
      's=Door',
      'c=IN IP4 0.0.0.0',
      't=0 0',
      'a=group:FEC 1 3',
      'm=video 0 RTP/AVP 96',
      'a=mid:1',
      'a=control:trackID=0',
      'a=rtpmap:96 H264/90000',
      'a=fmtp:96 packetization-mode=1; profile-level-id=64000C; sprop-parameter-sets=Z2QADKw=,aO44gA==',
      'm=application 0 RTP/AVP 98',
      'a=mid:3',
      'a=control:trackID=2',
      'a=rtpmap:98 vnd.onvif.metadata/90000',
      '',
    ])
  })

  it('says the directions when a back channel is listed', () => {
    const sdp = writeDescription(describeForPlay(stream, { ...play, includeBackChannels: true }))
    expect(sdp).toContain(
      'm=audio 0 RTP/AVP 0\r\na=mid:2\r\na=sendonly\r\na=control:trackID=1\r\na=rtpmap:0 PCMU/8000\r\nm=',
    )
    expect(sdp.match(/a=recvonly/g)).toHaveLength(2)
    expect(sdp.endsWith('a=rtpmap:98 vnd.onvif.metadata/90000\r\na=recvonly\r\n')).toBe(true)
  })

  it('is SAVP with keys when it is secure, and has a multicast address when asked', () => {
    const options = { ...play, multicast: true, secure: true, keyMgmt: [new Uint8Array([1, 0]), undefined, undefined] }
    const sdp = writeDescription(describeForPlay(stream, options))
    expect(sdp).toContain('\r\nc=IN IP4 224.1.0.0\r\n')
    expect(sdp).toContain('m=video 0 RTP/SAVP 96\r\na=mid:1\r\na=key-mgmt:mikey AQA=\r\na=control:trackID=0\r\n')
    expect(sdp).not.toContain('RTP/AVP')
  })

  it('leaves the description it was made from as it was', () => {
    expect(stream.medias.map((media) => media.control)).toEqual(['trackID=0', 'talk', 'trackID=2'])
  })
})

it('writes an empty title as one blank and an empty control as a bare attribute', () => {
  const description = createDescription({
    medias: [{ type: 'video', control: '', formats: [create.mpeg1VideoFormat()] }],
  })
  expect(writeDescription(description)).toBe(
    'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns= \r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=video 0 RTP/AVP 32\r\na=control\r\n',
  )
})

it('writes a session key in front of the medias', () => {
  const medias = [{ type: 'video', formats: [create.mjpegFormat()] }]
  const sdp = writeDescription(createDescription({ keyMgmt: new Uint8Array([1]), medias }))
  expect(sdp).toContain('t=0 0\r\na=key-mgmt:mikey AQ==\r\nm=video 0 RTP/AVP 26\r\n')
})

it('lets no text of the application become a line of its own', () => {
  const formats = [create.genericFormat({ payloadType: 96, rtpmap: 'x/1\r\na=evil', fmtp: 'y\nz' })]
  const sdp = writeDescription(
    createDescription({ title: 'a\r\nm=x', medias: [{ type: 'video', control: 'c\nd', formats }] }),
  )
  expect(sdp.split('\r\n').slice(2).join('\n')).not.toMatch(/^(?:m=x|a=evil|d|z)/m)
  expect(sdp).toContain('s=a m=x\r\n')
})

describe('formats made by hand', () => {
  const asc = new Uint8Array([0x11, 0x90])
  const heAAC = new Uint8Array([0xeb, 0x09, 0x88, 0x00])
  const muxConfig = new Uint8Array([0x40, 0x00, 0x26, 0x20, 0x3f, 0xc0])
  const formats: readonly (readonly [Format, string])[] = [
    [create.av1Format({ payloadType: 96, profile: 1 }), 'AV1/90000'],
    [create.vp9Format({ payloadType: 96 }), 'VP9/90000'],
    [create.vp8Format({ payloadType: 96 }), 'VP8/90000'],
    [create.h265Format({ payloadType: 96 }), 'H265/90000'],
    [create.h264Format({ payloadType: 96, sps, pps }), 'H264/90000'],
    [create.mpeg4VideoFormat({ payloadType: 96 }), 'MP4V-ES/90000'],
    [create.opusFormat({ payloadType: 96, channelCount: 2 }), 'opus/48000/2'],
    [
      create.vorbisFormat({ payloadType: 96, sampleRateHz: 44_100, channelCount: 2, configuration: asc }),
      'VORBIS/44100/2',
    ],
    [create.mpeg4AudioFormat({ payloadType: 97, config: asc }), 'mpeg4-generic/48000/2'],
    [create.mpeg4AudioFormat({ payloadType: 97, config: heAAC }), 'mpeg4-generic/48000/2'],
    [create.mpeg4AudioLATMFormat({ payloadType: 97 }), 'MP4A-LATM/90000/1'],
    [create.mpeg4AudioLATMFormat({ payloadType: 97, config: muxConfig }), 'MP4A-LATM/24000/2'],
    [create.ac3Format({ payloadType: 97, sampleRateHz: 48_000, channelCount: 6 }), 'AC3/48000/6'],
    [create.speexFormat({ payloadType: 97, sampleRateHz: 16_000 }), 'speex/16000'],
    [create.g726Format({ payloadType: 97, bitrateKbps: 32 }), 'G726-32/8000'],
    [create.g711Format({ isMuLaw: false }), 'PCMA/8000'],
    [create.g711Format({ isMuLaw: true, payloadType: 96, sampleRateHz: 16_000, channelCount: 2 }), 'PCMU/16000/2'],
    [create.lpcmFormat({ payloadType: 97, bitDepth: 24, sampleRateHz: 48_000, channelCount: 2 }), 'L24/48000/2'],
    [create.klvFormat({ payloadType: 97 }), 'SMPTE336M/90000'],
    [create.mpeg1VideoFormat({ payloadType: 97 }), 'MPV/90000'],
    [create.mjpegFormat(), 'JPEG/90000'],
    [create.mpeg1AudioFormat({ payloadType: 97 }), 'MPA/90000'],
    [create.g722Format(), 'G722/8000'],
    [create.mpegTSFormat(), 'MP2T/90000'],
    [create.genericFormat({ payloadType: 98, rtpmap: 'x/8000' }), 'x/8000'],
  ]

  it.each(formats)('are read back as they were: $codec', (format, rtpmap) => {
    expect(formatText(format).rtpmap).toBe(rtpmap)
    const sdp = writeDescription(createDescription({ medias: [{ type: 'application', formats: [format] }] }))
    expect(readDescription(sdp, { strict: true })).toMatchObject({ medias: [{ formats: [format] }] })
  })

  it.each([
    () => create.h264Format({ payloadType: 128 }),
    () => create.genericFormat({ payloadType: 96, clockRateHz: -1 }),
    () => create.opusFormat({ payloadType: 96, channelCount: 0 }),
    () => create.lpcmFormat({ payloadType: 96, bitDepth: 16, sampleRateHz: 0, channelCount: 1 }),
    () => create.mpeg4AudioFormat({ payloadType: 96, config: new Uint8Array([0]) }),
    () => create.mpeg4AudioLATMFormat({ payloadType: 96, config: new Uint8Array([0]) }),
    () => create.g711Format({ isMuLaw: true, payloadType: 8 }),
    () => createDescription({ medias: [] }),
    () => createDescription({ medias: [{ type: 'video', formats: [] }] }),
    () => createDescription({ medias: [{ type: 'a b', formats: [create.mjpegFormat()] }] }),
    () => createDescription({ medias: [{ type: 'video', formats: [create.mjpegFormat(), create.mjpegFormat()] }] }),
    () => createDescription({ medias: [{ type: 'video', id: 'a-b', formats: [create.mjpegFormat()] }] }),
    () => createDescription({ fecGroups: [['x']], medias: [{ type: 'video', formats: [create.mjpegFormat()] }] }),
  ])('refuse what SDP cannot say (%#)', (make) => {
    expect(make).toThrow(RtspError)
  })
})
