/** Descriptions of real devices are accepted, and nothing of them is lost on the way into the model. */
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../src/contracts/failure.ts'
import type { SessionDescription } from '../../src/formats/description.ts'
import { readDescription } from '../../src/formats/read-description.ts'
import { writeDescription } from '../../src/formats/write-description.ts'
import { parseSdp } from '../../src/wire/sdp/parse-sdp.ts'
import { writeSdp } from '../../src/wire/sdp/write-sdp.ts'
import { realDescriptions } from '../formats/real-descriptions.ts'
import { sdpInputs } from './corpus.ts'
import { lostLines } from './lost-lines.ts'

const named = <Input extends { readonly src: string; readonly name: string }>(inputs: readonly Input[]) =>
  inputs.map((input) => [`${input.src}: ${input.name}`, input] as const)

const isSeed = ({ src }: { readonly src: string }) => src.includes('seed')
const real = sdpInputs.filter((input) => !isSeed(input))
/** A video or audio without any clock; beside real ones it is forwarded as it is. */
const isWithoutClock = ({ name }: { readonly name: string }) =>
  /879 \(AJA encoder\)|501 \(Avigilon cameras\)|1025 \(undisclosed cameras, ipv[46]\)/u.test(name)
const withMedias = real.filter((input) => /^m=/mu.test(input.sdp) && !isWithoutClock(input))

function described(sdp: string, strict = true): SessionDescription {
  const description = readDescription(sdp, { strict })
  if (isFailure(description)) throw new Error(description.text)
  return description
}

it('there are 85 descriptions, 3 seeds of fuzzers, and some of our own', () => {
  expect([real.length, sdpInputs.length]).toEqual([85, 88])
  expect(withMedias.length).toBeGreaterThan(75)
  expect(realDescriptions.length).toBeGreaterThan(15)
  expect(real.filter(isWithoutClock)).toHaveLength(4)
})

describe.each(named(real))('%s', (_, { src, sdp, enc }) => {
  it('is accepted as a document, and written in its canonical spelling', () => {
    const document = parseSdp(sdp, { strict: true })
    if (isFailure(document)) throw new Error(document.text)
    expect(document.warnings).toEqual([])
    // A missing origin is written as an empty one there, and not at all here.
    if (src === 'sdpunmarshaler') expect(writeSdp(document)).toBe(enc?.replace('o= 0 0   \r\n', ''))
  })
})

describe.each(named(withMedias))('%s', (_, { src, name, sdp, enc }) => {
  it('has every line in its model', () => {
    expect(lostLines(sdp, described(sdp))).toEqual([])
  })

  it('has the same model when it is read leniently', () => {
    expect(described(sdp, false)).toEqual(described(sdp))
  })

  it('is written as expected', () => {
    const written = writeDescription(described(sdp))
    if (src === 'description/session') expect(written).toBe(enc)
    expect(writeDescription(described(written))).toBe(written)
  })

  it('has its medias, and of a vendor only where it says so', () => {
    if (src !== 'format') return
    const isData = name.startsWith('application') && !name.includes('klv')
    expect(described(sdp).medias[0]?.formats[0]?.codec === 'generic').toBe(isData)
  })
})

it.each(real.filter(isWithoutClock))('$name: is accepted with a warning that nothing tells a clock', ({ sdp }) => {
  const description = described(sdp, false)
  expect(description.warnings.at(-1)).toMatch(/^media \d: payload type \d+: clock rate not found$/u)
  expect(lostLines(sdp, description)).toEqual([])
  expect(isFailure(readDescription(sdp, { strict: true }))).toBe(true)
})

it.each(realDescriptions)('$device: every line is in the model', ({ sdp }) => {
  expect(lostLines(sdp, described(sdp))).toEqual([])
})

describe('a line that is lost is told', () => {
  const sdp = [
    'v=0',
    'o=jdoe 2890844526 18446744073709551615 IN IP4 10.0.0.1',
    's=t',
    'i=information',
    'c=IN IP4 10.0.0.2/127',
    'b=AS:5',
    't=0 0',
    'a=control:*',
    'a=group:FEC 1 2',
    'a=key-mgmt:mikey AQID',
    'm=video 5004 RTP/SAVP 96 97',
    'a=mid:1',
    'a=control:0',
    'a=recvonly',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z2QAKKy0A8ARPyo=,aO4Bniw=',
    'a=rtpmap:97 x-data/1000',
    'a=fmtp:97 a=b',
    'm=audio 0 RTP/AVP 0',
    'a=mid:2',
  ].join('\r\n')
  const whole = described(sdp)
  const [video, audio] = whole.medias as [SessionDescription['medias'][0], SessionDescription['medias'][0]]
  const [h264, generic] = video.formats as [(typeof video.formats)[0], (typeof video.formats)[0]]
  const withVideo = (changes: Partial<typeof video>) => ({ ...whole, medias: [{ ...video, ...changes }, audio] })

  it('none of the whole', () => {
    expect(lostLines(sdp, whole)).toEqual([])
  })

  it.each<[string, SessionDescription]>([
    ['o=', { ...whole, origin: { ...whole.origin!, sessionVersion: '18446744073709552000' } }],
    ['s=', { ...whole, title: '' }],
    ['i=', { ...whole, information: '' }],
    ['c=', { ...whole, connection: { addressType: 'IP4', address: '10.0.0.1' } }],
    ['b=', { ...whole, bandwidths: [] }],
    ['groups', { ...whole, fecGroups: [] }],
    ['control', { ...whole, control: '' }],
    ['key-mgmt', { ...whole, keyMgmt: Uint8Array.of(1, 2) }],
    ['a=', { ...whole, attributes: whole.attributes!.slice(1) }],
    ['m1', { ...whole, medias: [video] }],
    ['type', withVideo({ type: 'application' })],
    ['port', withVideo({ port: 0 })],
    ['protocol', withVideo({ protocol: 'RTP/AVP' })],
    ['profile', withVideo({ profile: 'AVP' })],
    ['mid', withVideo({ id: '' })],
    ['control', withVideo({ control: '' })],
    ['direction', withVideo({ direction: 'sendonly' })],
    ['payload types', withVideo({ formats: [h264] })],
    ['rtpmap', withVideo({ formats: [{ ...generic, payloadType: 96 }, generic] })],
    ['clock', withVideo({ formats: [{ ...h264, clockRateHz: 8000 }, generic] })],
    ['fmtp', withVideo({ formats: [{ ...h264, sps: Uint8Array.of(0x67) } as typeof h264, generic] })],
    ['text', withVideo({ formats: [h264, { ...generic, fmtp: '' } as typeof generic] })],
    ['a=rtpmap', withVideo({ attributes: video.attributes!.filter(({ key }) => key !== 'rtpmap') })],
  ])('%s', (what, description) => {
    expect(lostLines(sdp, description).some((line) => line.includes(what))).toBe(true)
  })
})
