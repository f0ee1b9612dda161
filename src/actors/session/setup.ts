import { Failure, isFailure } from '../../contracts/failure.ts'
import { headerValue, withHeader } from '../../wire/headers/header-map.ts'
import { formatTransport, parseTransports, type TransportHeader } from '../../wire/headers/transport.ts'
import { createResponse, replaceHeaders } from '../../wire/rtsp/message.ts'
import { matchAnnouncedControl, setupPath } from '../../wire/url/request-path.ts'
import type { ServerConfig } from '../config.ts'
import type { HandlerOutcome, SessionTransport, StreamFacts } from '../handler-call.ts'
import type { MulticastAddress, MulticastKind } from '../stream/protocol.ts'
import { answer, refuse } from './answers.ts'
import { changed } from './changed.ts'
import type { SessionMedia, SessionRequest, SessionState, SessionStep, SetupPlan } from './protocol.ts'

/**
 * SETUP in three steps: everything that can be checked before the handler is asked (`planSetup`), the media and its
 * channels once the handler agreed (`settleSetup`), and the answer once the stream took the reader (`completeSetup`).
 * The order of the checks is that of spec 4.5: clients see the same status for the same mistake as elsewhere.
 */

/** What clients are told of a group; sockets have a smaller one. A client that sends with it is not cut off sooner. */
const toldTtl = 127

/** Highest first interleaved channel: its pair must fit the one byte on the wire. */
const maxFirstChannel = 254

/** What SETUP asks for, or the answer that ends it. `status` answers keep the connection. */
export function planSetup(
  state: SessionState,
  request: SessionRequest,
): SetupPlan | Failure | { readonly status: 461 } {
  const value = headerValue(request.request.headers, 'Transport')
  if (value === undefined) return new Failure('ERR_RTSP_TRANSPORT_INVALID', 'value not provided')
  const offers = parseTransports(value)
  if (isFailure(offers)) return offers
  const isRecording = state.tag === 'preRecord'
  // Nobody can publish to a group: such an alternative is passed over.
  const offer = offers.find(
    (candidate) => isOffered(candidate, state.config, request) && !(isRecording && isMulticastOffer(candidate)),
  )
  if (offer === undefined) return { status: 461 }

  const place = placeOf(state, request)
  if (isFailure(place)) return place

  const protocol = isMulticastOffer(offer) ? 'udp-multicast' : offer.protocol
  const transport: SessionTransport = { protocol, profile: offer.profile }
  const keyProblem = transport.profile === 'SAVP' ? keyFailure(request) : null
  if (keyProblem !== null) return keyProblem
  if (state.transport !== null && !sameTransport(state.transport, transport)) {
    return new Failure('ERR_RTSP_MEDIAS_DIFFERENT_TRANSPORTS')
  }
  const channels = channelsOf(state, offer)
  if (isFailure(channels)) return channels

  const mode = modeFailure(offer, isRecording)
  if (mode !== null) return mode
  return { transport, ...place, ...channels }
}

function isOffered(offer: TransportHeader, config: ServerConfig, { secure, tunnelled }: SessionRequest): boolean {
  const isProtected = offer.profile === 'SAVP'
  // Keys would travel in clear without TLS.
  if (isProtected && !secure) return false
  if (offer.protocol === 'tcp') return true
  // Packets in clear beside an encrypted connection would defeat it, and a tunnel is there because of a firewall.
  if ((secure && !isProtected) || tunnelled) return false
  if (isMulticastOffer(offer)) return config.multicast
  if (config.udp === null) return false
  // GStreamer may offer `client_port=0-0`; nothing can be sent there, the next alternative may do.
  return offer.clientPort === undefined || (offer.clientPort[0] > 0 && offer.clientPort[1] > 0)
}

/** The groups that a reader over this transport listens to. */
export function multicastKindOf({ protocol, profile }: SessionTransport): MulticastKind | null {
  if (protocol !== 'udp-multicast') return null
  return profile === 'SAVP' ? 'srtp' : 'clear'
}

/** Interleaved frames with the word `multicast` are interleaved frames. */
function isMulticastOffer({ protocol, delivery }: TransportHeader): boolean {
  return protocol === 'udp' && delivery === 'multicast'
}

/** Why a media cannot be encrypted: the client has to say with what, players as well, for their reports. */
function keyFailure({ keyOffer }: SessionRequest): Failure | null {
  if (keyOffer === 'none') return new Failure('ERR_RTSP_KEY_MGMT_INVALID', 'value not provided')
  return isFailure(keyOffer) ? keyOffer : null
}

function placeOf(
  state: SessionState,
  { request }: SessionRequest,
): Pick<SetupPlan, 'path' | 'query' | 'track'> | Failure {
  if (request.url === null) return new Failure('ERR_RTSP_INVALID_PATH')
  if (state.tag === 'preRecord') return { path: state.path, query: state.query, track: -1 }
  const place = setupPath(request.url)
  if (isFailure(place)) return place
  if (state.tag === 'prePlay' && place.path !== state.path) return new Failure('ERR_RTSP_MEDIAS_DIFFERENT_PATHS')
  const track = /^[0-9]{1,9}$/.test(place.track) ? Number(place.track) : -1
  return { path: place.path, query: place.query, track }
}

function sameTransport(one: SessionTransport, other: SessionTransport): boolean {
  return one.protocol === other.protocol && one.profile === other.profile
}

function channelsOf(
  state: SessionState,
  offer: TransportHeader,
): Pick<SetupPlan, 'interleaved' | 'clientPorts'> | Failure {
  // The group and its ports are ours to choose; what the client says about them is not asked.
  if (isMulticastOffer(offer)) return { interleaved: null, clientPorts: null }
  if (offer.protocol === 'udp') {
    if (offer.clientPort === undefined) return new Failure('ERR_RTSP_TRANSPORT_NO_CLIENT_PORTS')
    return { interleaved: null, clientPorts: offer.clientPort }
  }
  const pair = offer.interleaved
  if (pair === undefined) return { interleaved: null, clientPorts: null }
  const [first, second] = pair
  if (second !== first + 1 || first > maxFirstChannel) return new Failure('ERR_RTSP_INTERLEAVED_IDS_INVALID')
  if (isChannelTaken(state, first)) return new Failure('ERR_RTSP_INTERLEAVED_IDS_IN_USE')
  return { interleaved: pair, clientPorts: null }
}

/** A pair overlaps another one when their first ids are less than two apart. */
function isChannelTaken(state: SessionState, first: number): boolean {
  return state.medias.some((media) => Math.abs(media.rtpChannel - first) < 2)
}

function modeFailure(offer: TransportHeader, isRecording: boolean): Failure | null {
  const { mode } = offer
  if (isRecording) return mode === 'record' ? null : new Failure('ERR_RTSP_TRANSPORT_MODE', mode ?? 'null')
  return mode === undefined || mode === 'play' ? null : new Failure('ERR_RTSP_TRANSPORT_MODE', mode)
}

/** The handler agreed: find the media, choose channels, and ask the stream (play) or answer at once (record). */
export function settleSetup(
  state: SessionState,
  request: SessionRequest,
  plan: SetupPlan,
  outcome: HandlerOutcome,
  callId: number,
): SessionStep {
  const isRecording = state.tag === 'preRecord'
  const { stream } = outcome
  if (isRecording === (stream !== null)) {
    return refuse(
      state,
      request,
      new Failure(
        'ERR_RTSP_HANDLER_FAILED',
        isRecording ? 'setup of a publisher answered with a stream' : 'setup of a reader answered without a stream',
      ),
    )
  }
  if (stream !== null && state.stream !== null && stream.streamId !== state.stream.streamId) {
    return refuse(
      state,
      request,
      new Failure('ERR_RTSP_HANDLER_FAILED', 'setup answered with another stream than before'),
    )
  }
  const mediaIndex = isRecording ? announcedMediaIndex(state, request) : plan.track
  const description = stream?.description ?? state.announced
  const media = description?.medias[mediaIndex]
  if (media === undefined || description === null)
    return refuse(state, request, new Failure('ERR_RTSP_MEDIA_NOT_FOUND'))
  if (state.medias.some((existing) => existing.mediaIndex === mediaIndex)) {
    return refuse(state, request, new Failure('ERR_RTSP_MEDIA_ALREADY_SETUP'))
  }
  const rtpChannel = plan.transport.protocol === 'tcp' ? (plan.interleaved?.[0] ?? freeChannel(state)) : 0
  if (rtpChannel > maxFirstChannel) return refuse(state, request, new Failure('ERR_RTSP_INTERLEAVED_IDS_INVALID'))
  const setupMedia: SessionMedia = {
    mediaIndex,
    rtpChannel,
    clientRtpPort: plan.clientPorts?.[0] ?? 0,
    clientRtcpPort: plan.clientPorts?.[1] ?? 0,
    receivesRtp: isRecording || media.isBackChannel,
  }
  if (stream === null) return completeSetup(state, request, plan, setupMedia, null, outcome)
  return {
    state: changed(state, {
      pending: { stage: 'joining', callId, request, setup: plan, media: setupMedia, stream, outcome },
    }),
    effects: [
      {
        kind: 'joinStream',
        callId,
        streamId: stream.streamId,
        address: state.author.address,
        zone: state.author.zone,
        // Only the first SETUP reserves ports: the later ones belong to the same reader.
        clientRtpPort: plan.transport.protocol === 'udp' && state.medias.length === 0 ? setupMedia.clientRtpPort : null,
        multicast: multicastKindOf(plan.transport),
      },
    ],
  }
}

function announcedMediaIndex(state: SessionState, { request }: SessionRequest): number {
  const { url } = request
  if (url === null || state.announced === null) return -1
  return state.announced.medias.findIndex((media) => matchAnnouncedControl(url, state.path, state.query, media.control))
}

function freeChannel(state: SessionState): number {
  let channel = 0
  while (isChannelTaken(state, channel)) channel += 2
  return channel
}

/** The last step: the media is set up, the client learns its transport. `group`: where it listens, over multicast. */
export function completeSetup(
  state: SessionState,
  request: SessionRequest,
  plan: SetupPlan,
  media: SessionMedia,
  stream: StreamFacts | null,
  outcome: HandlerOutcome,
  group: MulticastAddress | null = null,
): SessionStep {
  // The session keeps the description it began with, even if the stream's was reloaded meanwhile.
  const facts = state.stream ?? stream
  const description = facts?.description ?? state.announced
  const ssrcs = media.receivesRtp ? [] : (facts?.ssrcs[media.mediaIndex] ?? [])
  const response = replaceHeaders(
    outcome.response,
    withHeader(
      outcome.response.headers.Transport === undefined
        ? createResponse(200, outcome.response.headers).headers
        : outcome.response.headers,
      'Transport',
      formatTransport(transportAnswer(state.config, plan.transport, media, stream, group)),
    ),
  )
  const next: SessionState = changed(state, {
    tag: state.tag === 'preRecord' ? 'preRecord' : 'prePlay',
    path: plan.path,
    query: plan.query,
    transport: plan.transport,
    stream: facts,
    medias: [...state.medias, media],
  })
  const isProtected = plan.transport.profile === 'SAVP'
  const { mediaIndex } = media
  const step = answer(next, request, response, {
    failure: outcome.failure,
    keys: isProtected ? { of: 'media', sessionId: state.id, mediaIndex, uri: request.request.url?.text ?? '' } : null,
  })
  const reliable = plan.transport.protocol === 'tcp'
  const keysFrom = isProtected ? request.connectionId : null
  return {
    state: step.state,
    effects: [
      ...(description === null ? [] : [{ kind: 'addTrack', media, description, ssrcs, reliable, keysFrom } as const]),
      { kind: 'publishState' },
      ...step.effects,
    ],
  }
}

function transportAnswer(
  config: ServerConfig,
  transport: SessionTransport,
  media: SessionMedia,
  stream: StreamFacts | null,
  group: MulticastAddress | null,
): TransportHeader {
  // With several formats there are several SSRCs and the header holds one: then it says none.
  const ssrcs = stream?.ssrcs[media.mediaIndex] ?? []
  const ssrc = ssrcs.length === 1 ? ssrcs[0] : undefined
  const { profile } = transport
  const delivery = group === null ? 'unicast' : 'multicast'
  const withSsrc = ssrc === undefined ? {} : { ssrc }
  if (group !== null) {
    const port = [group.rtpPort, group.rtcpPort] as const
    return { profile, protocol: 'udp', delivery, destination: group.ip, port, ttl: toldTtl, ...withSsrc }
  }
  if (transport.protocol === 'tcp') {
    return { profile, protocol: 'tcp', delivery, interleaved: [media.rtpChannel, media.rtpChannel + 1], ...withSsrc }
  }
  const clientPort = [media.clientRtpPort, media.clientRtcpPort] as const
  const serverPort = config.udp === null ? {} : { serverPort: [config.udp.rtpPort, config.udp.rtcpPort] as const }
  return { profile, protocol: 'udp', delivery, clientPort, ...serverPort, ...withSsrc }
}
