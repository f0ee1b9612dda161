import { deepEqual, equal } from 'node:assert/strict'
import { createDescription, createPacketizer, createRtspServer, depacketize, findFormat, h264Format } from 'rxrtsp'
import { onRandomAccess, respond, toAnnexB, videoSize, withPts, writeDescription } from 'rxrtsp'
import { MemoryNetwork, seededEntropy, TestClient, VirtualClock } from 'rxrtsp/testing'

const pieces: { readonly seconds: number; readonly data: Uint8Array }[] = []
const clock = new VirtualClock()
const network = new MemoryNetwork({ clock })
const server = createRtspServer({
  ...{ clock, network, entropy: seededEntropy(1) },
  handlers: {
    announce: () => respond.ok(),
    setup: () => respond.ok(),
    record: ({ session }) => {
      const video = findFormat(session, 'H264', 'H265')
      if (video === undefined) return respond.status(415)
      const { media, format } = video
      equal(videoSize(format)?.widthPixels, 1920)
      session
        .rtp(media, format)
        .pipe(
          depacketize(format, { onProblem: ({ text }) => console.warn(text) }),
          onRandomAccess({ afterLoss: 'wait' }),
          withPts(session, { skipUnknown: true }),
          toAnnexB(),
        )
        .subscribe(({ data, pts }) => pieces.push({ data, seconds: pts / format.clockRateHz }))
      return respond.ok()
    },
  },
})
await server.listen()

// A camera, for the sake of the example: one picture that needs others, one that can be decoded alone, one that needs it.
const hex = (text: string) => Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (byte) => Number.parseInt(byte, 16))
const [sps, pps] = ['67640028acd940780227e5c044000003000400000300c83c60c658', '68ebe3cb22c0']
const format = h264Format({ payloadType: 96, sps: hex(sps), pps: hex(pps) })
const client = new TestClient({ clock, network })
const url = 'rtsp://host/cam'
const sdp = writeDescription(createDescription({ medias: [{ type: 'video', formats: [format] }] }))
client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, sdp)
client.ask('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record' })
client.ask('RECORD', url)
const packetizer = createPacketizer(format, { ssrc: 1, initialSequenceNumber: 1 })
for (const [index, nalu] of ['41aa', '65bb', '41cc'].entries()) {
  const unit = { codec: 'H264', timestamp: index * 3600, nalus: [hex(nalu)] } as const
  for (const packet of packetizer.packetize(unit)) {
    client.write(Uint8Array.of(0x24, 0, 0, packet.length, ...packet))
  }
}

// The parameter sets were in the description only; they are in front of the picture with which decoding starts.
deepEqual(
  pieces.map(({ seconds }) => seconds),
  [0, 0.04],
)
deepEqual(pieces[0]?.data, hex(`00000001 ${sps} 00000001 ${pps} 00000001 65bb`))
