import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/contracts/failure.ts'
import type { Format } from '../../src/formats/format.ts'
import { formatText } from '../../src/formats/write-format.ts'
import { readOneFormat as read } from './read-one-format.ts'

const visualConfig = '000001B001000001B58913000001000000012000C48D8AEE053C04641443000001B24C61766335382E3133342E313030'

/** type, payload type, rtpmap, fmtp | fields, rtpmap written, fmtp written */
const table: readonly (readonly [string, string, string, string, Partial<Format>, string, string])[] = [
  ['video', '96', 'AV1/90000', '', { codec: 'AV1', clockRateHz: 90_000 }, 'AV1/90000', ''],
  [
    'video',
    '96',
    'av1/90000',
    'profile=2; level-idx=8;tier=1',
    { codec: 'AV1', levelIndex: 8, profile: 2, tier: 1 },
    'AV1/90000',
    'level-idx=8; profile=2; tier=1',
  ],
  [
    'video',
    '96',
    'VP9/90000',
    'max-fr=123; max-fs=456; profile-id=789',
    { codec: 'VP9', maxFrameRate: 123, maxFrameSize: 456, profileId: 789 },
    'VP9/90000',
    'max-fr=123; max-fs=456; profile-id=789',
  ],
  ['video', '96', 'VP8/90000', 'max-fs=456', { codec: 'VP8', maxFrameSize: 456 }, 'VP8/90000', 'max-fs=456'],
  ['video', '96', 'VP8/90000/1', '', { codec: 'generic', clockRateHz: 90_000 }, 'VP8/90000/1', ''],
  [
    'video',
    '96',
    'H265/90000 ',
    'sprop-max-don-diff=2',
    { codec: 'H265', maxDonDiff: 2 },
    'H265/90000',
    'sprop-max-don-diff=2',
  ],
  ['video', '96', 'H264/90000', '', { codec: 'H264', packetizationMode: 0 }, 'H264/90000', ''],
  [
    'video',
    '35',
    'H264/90000',
    'packetization-mode=1',
    { codec: 'H264', packetizationMode: 1 },
    'H264/90000',
    'packetization-mode=1',
  ],
  ['video', '36', 'H264/90000', '', { codec: 'generic', clockRateHz: 90_000 }, 'H264/90000', ''],
  [
    'video',
    '96',
    'MP4V-ES/90000',
    '',
    { codec: 'MPEG4Video', profileLevelId: 1 },
    'MP4V-ES/90000',
    'profile-level-id=1',
  ],
  [
    'video',
    '96',
    'MP4V-ES/90000',
    `profile-level-id=3; config=${visualConfig}`,
    { codec: 'MPEG4Video', profileLevelId: 3 },
    'MP4V-ES/90000',
    `config=${visualConfig}; profile-level-id=3`,
  ],
  [
    'video',
    '96',
    'MP4V-ES/1000',
    '',
    { codec: 'MPEG4Video', clockRateHz: 1000, profileLevelId: 1 },
    'MP4V-ES/1000',
    'profile-level-id=1',
  ],
  [
    'audio',
    '96',
    'opus/48000/2',
    'sprop-stereo=1',
    { codec: 'Opus', channelCount: 2 },
    'opus/48000/2',
    'sprop-stereo=1',
  ],
  ['audio', '60', 'OPUS/48000/2', '', { codec: 'Opus', channelCount: 1 }, 'opus/48000/2', 'sprop-stereo=0'],
  [
    'audio',
    '96',
    'multiopus/48000/6',
    'x=1',
    { codec: 'Opus', channelCount: 6 },
    'multiopus/48000/6',
    'channel_mapping=0,4,1,2,3,5; coupled_streams=2; num_streams=4; sprop-maxcapturerate=48000',
  ],
  [
    'audio',
    '96',
    'multiopus/48000/9',
    '',
    { codec: 'Opus', channelCount: 9 },
    'multiopus/48000/9',
    'channel_mapping=0,6,1,4,5,2,3,7; coupled_streams=3; num_streams=5; sprop-maxcapturerate=48000',
  ],
  [
    'audio',
    '96',
    'VORBIS/44100/2',
    'configuration=AQIDBA==',
    { codec: 'Vorbis', clockRateHz: 44_100, channelCount: 2 },
    'VORBIS/44100/2',
    'configuration=AQIDBA==',
  ],
  ['audio', '97', 'AC3/48000', '', { codec: 'AC3', channelCount: 6, clockRateHz: 48_000 }, 'AC3/48000/6', ''],
  ['audio', '97', 'AC3/48000/2', '', { codec: 'AC3', channelCount: 2 }, 'AC3/48000/2', ''],
  [
    'audio',
    '97',
    'speex/16000',
    'vbr=off',
    { codec: 'Speex', clockRateHz: 16_000, isVariableBitrate: false },
    'speex/16000',
    'vbr=off',
  ],
  ['audio', '97', 'G726-40/8000', '', { codec: 'G726', bitrateKbps: 40, isBigEndian: false }, 'G726-40/8000', ''],
  [
    'audio',
    '97',
    'AAL2-G726-16/8000',
    '',
    { codec: 'G726', bitrateKbps: 16, isBigEndian: true },
    'AAL2-G726-16/8000',
    '',
  ],
  ['audio', '0', '', '', { codec: 'G711', isMuLaw: true, clockRateHz: 8000, channelCount: 1 }, 'PCMU/8000', ''],
  [
    'audio',
    '8',
    'PCMA/16000/2',
    '',
    { codec: 'G711', isMuLaw: false, clockRateHz: 8000, channelCount: 1 },
    'PCMA/8000',
    '',
  ],
  [
    'audio',
    '96',
    'PCMU/16000/2',
    '',
    { codec: 'G711', isMuLaw: true, clockRateHz: 16_000, channelCount: 2 },
    'PCMU/16000/2',
    '',
  ],
  ['audio', '77', 'PCMA/8000', '', { codec: 'G711', isMuLaw: false }, 'PCMA/8000', ''],
  ['audio', '10', '', '', { codec: 'LPCM', bitDepth: 16, clockRateHz: 44_100, channelCount: 2 }, 'L16/44100/2', ''],
  ['audio', '11', '', '', { codec: 'LPCM', bitDepth: 16, channelCount: 1 }, 'L16/44100/1', ''],
  ['audio', '97', 'L8/48000/2', '', { codec: 'LPCM', bitDepth: 8 }, 'L8/48000/2', ''],
  ['audio', '97', 'L16/16000', '', { codec: 'LPCM', bitDepth: 16, channelCount: 1 }, 'L16/16000/1', ''],
  ['audio', '98', 'L24/44100/4', '', { codec: 'LPCM', bitDepth: 24, channelCount: 4 }, 'L24/44100/4', ''],
  ['application', '97', 'SMPTE336M/90000', '', { codec: 'KLV' }, 'SMPTE336M/90000', ''],
  ['video', '32', '', '', { codec: 'MPEG1Video', clockRateHz: 90_000 }, '', ''],
  ['video', '26', '', '', { codec: 'MJPEG' }, 'JPEG/90000', ''],
  ['audio', '14', '', '', { codec: 'MPEG1Audio', clockRateHz: 90_000 }, '', ''],
  ['audio', '9', '', '', { codec: 'G722', clockRateHz: 8000 }, 'G722/8000', ''],
  ['video', '33', '', 'ver=1.2;src=1;tuner', { codec: 'MPEGTS' }, 'MP2T/90000', ''],
  // By name on dynamic payload types.
  ['video', '97', 'JPEG/90000', '', { codec: 'MJPEG' }, 'JPEG/90000', ''],
  ['video', '97', 'MP2T/90000', '', { codec: 'MPEGTS' }, 'MP2T/90000', ''],
  ['video', '97', 'MPV/90000', '', { codec: 'MPEG1Video' }, 'MPV/90000', ''],
  ['audio', '97', 'MPA/90000', '', { codec: 'MPEG1Audio' }, 'MPA/90000', ''],
  ['audio', '97', 'G722/8000/1', '', { codec: 'G722' }, 'G722/8000', ''],
  // Everything else.
  ['application', '107', '', '', { codec: 'generic', clockRateHz: 0 }, '', ''],
  ['application', '98', 'custom', '', { codec: 'generic', clockRateHz: 0 }, 'custom', ''],
  ['meta', '123', 'META /0', '', { codec: 'generic', clockRateHz: 0 }, 'META /0', ''],
  ['audio', '16', '', '', { codec: 'generic', clockRateHz: 11_025 }, '', ''],
  ['video', '97', 'rtx/90000', 'b=2;apt=96', { codec: 'generic', clockRateHz: 90_000 }, 'rtx/90000', 'apt=96; b=2'],
  ['audio', '97', 'telephone-event/8000', '0-15', { codec: 'generic', fmtp: '0-15' }, 'telephone-event/8000', '0-15'],
]

describe('the format table', () => {
  it.each(table)('%s %s %j %j', (type, payloadType, rtpmap, fmtp, fields, rtpmapWritten, fmtpWritten) => {
    const { format, warnings, strict } = read(type, payloadType, rtpmap, fmtp)
    expect(format).toMatchObject({ payloadType: Number(payloadType), ...fields })
    expect(warnings).toEqual([])
    expect(strict).not.toBeInstanceOf(Failure)
    expect(formatText(format)).toEqual({ rtpmap: rtpmapWritten, fmtp: fmtpWritten })
    // What was written means the same.
    expect(read(type, payloadType, rtpmapWritten, fmtpWritten).format).toMatchObject(fields)
  })
})
