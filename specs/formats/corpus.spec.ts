import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Failure, isFailure } from '../../src/contracts/failure.ts'
import { h264Format, h265Format } from '../../src/formats/create-format.ts'
import { ptsEqualsDts } from '../../src/formats/pts-equals-dts.ts'
import { startsRandomAccess } from '../../src/formats/random-access.ts'
import { readDescription } from '../../src/formats/read-description.ts'
import { writeDescription } from '../../src/formats/write-description.ts'
import { parseSdp } from '../../src/wire/sdp/parse-sdp.ts'
import { writeSdp } from '../../src/wire/sdp/write-sdp.ts'

/** A corpus of real and hostile inputs that may lie beside a checkout. It is not part of the repository. */
const folder = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url))
const isThere = existsSync(`${folder}sdp.json`) && existsSync(`${folder}fuzz.json`)
if (!isThere) console.warn(`corpus.spec: no corpus at ${folder}, its specs do not run`)

interface RealInput {
  readonly src: string
  readonly name: string
  readonly sdp: string
  readonly enc?: string | null
}
interface FuzzInput {
  readonly dir: string
  readonly file: string
  readonly args: readonly { readonly hex: string }[]
}

function load(name: string): unknown {
  return isThere ? JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) : []
}

describe.runIf(isThere)('real session descriptions', () => {
  const all = load('sdp.json') as readonly RealInput[]

  it('are all accepted, and written again without a loss', () => {
    for (const { src, name, sdp, enc } of all.filter((input) => !input.src.includes('fuzz'))) {
      const document = parseSdp(sdp, { strict: true })
      if (isFailure(document)) throw new Error(`${name}: ${document.text}`)
      expect(document.warnings).toEqual([])
      // A missing origin is written as an empty one there, and not at all here.
      if (src === 'sdpunmarshaler') expect(writeSdp(document), name).toBe(enc?.replace('o= 0 0   \r\n', ''))
    }
  })

  it('give models that are written as expected', () => {
    for (const { name, sdp, enc } of all.filter((input) => input.src === 'description/session')) {
      const description = readDescription(sdp, { strict: true })
      if (isFailure(description)) throw new Error(`${name}: ${description.text}`)
      expect(writeDescription(description), name).toBe(enc)
    }
  })

  it('with a format each are read strictly, as the codec they announce', () => {
    for (const { name, sdp } of all.filter((input) => input.src === 'format')) {
      const description = readDescription(sdp, { strict: true })
      if (isFailure(description)) throw new Error(`${name}: ${description.text}`)
      const isData = name.startsWith('application') && !name.includes('klv')
      expect(description.medias[0]?.formats[0]?.codec === 'generic', name).toBe(isData)
    }
  })
})

describe.runIf(isThere)('inputs that broke another parser', () => {
  const all = load('fuzz.json') as readonly FuzzInput[]
  const bytesOf = (input: FuzzInput) => new Uint8Array(Buffer.from(input.args[0]?.hex ?? '', 'hex'))

  it('give a value or the typed failure', () => {
    const inputs = all.filter(({ dir }) =>
      /sdpunmarshaler|FuzzSessionUnmarshal|pkg\/format\/testdata.*FuzzUnmarshal/.test(dir),
    )
    expect(inputs.length).toBeGreaterThan(0)
    for (const input of inputs) {
      for (const strict of [true, false]) {
        const document = parseSdp(bytesOf(input), { strict })
        if (!isFailure(document)) writeSdp(document)
        const description = readDescription(bytesOf(input), { strict })
        expect(description instanceof Failure || description.medias.length > 0, input.file).toBe(true)
        if (isFailure(description)) continue
        const formats = description.medias.flatMap((media) => media.formats)
        expect(formats.every((format) => format.codec === 'generic' || format.clockRateHz > 0)).toBe(true)
        writeDescription(description)
      }
    }
  })

  it('give an answer as payloads', () => {
    for (const input of all.filter(({ dir }) => dir.includes('PTSEqualsDTS'))) {
      for (const format of [h264Format({ payloadType: 96 }), h265Format({ payloadType: 96 })]) {
        expect(typeof ptsEqualsDts(format, bytesOf(input))).toBe('boolean')
        expect(typeof startsRandomAccess(format, bytesOf(input))).toBe('boolean')
      }
    }
  })
})
