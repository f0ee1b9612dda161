import type { SessionId, StreamId } from '../../contracts/units.ts'
import { createMikey } from '../../wire/mikey/create-mikey.ts'
import { encodeMikey } from '../../wire/mikey/mikey-message.ts'
import { createSrtpKeyMaterial, type SrtpKeyMaterial } from '../../wire/srtp/key-material.ts'
import { SrtpReceiver } from '../../wire/srtp/srtp-receiver.ts'
import { SrtpSender } from '../../wire/srtp/srtp-sender.ts'
import type { Runtime, SessionEntry } from '../runtime.ts'
import type { SessionEffect } from './protocol.ts'

/**
 * The keys of sessions (RFC 3711, RFC 3830). They live in the registries and nowhere else: effects name a media, and
 * here is found what it is encrypted with.
 */

/** SRTP of one media of a session. */
export interface MediaProtection {
  /** For what the client sends, with the keys it offered. */
  readonly receiver: SrtpReceiver
  /**
   * For what is sent to this client alone, with keys that were made for it: RTCP to publishers and on back channels.
   * `null` where the stream's own keys are used, which all its readers share.
   */
  readonly own: OwnProtection | null
  /** Rollover counters of the stream that the client was told, by SSRC. */
  told: ReadonlyMap<number, number>
}

/** Keys that the server made for one media of one session. */
export interface OwnProtection {
  readonly keys: SrtpKeyMaterial
  readonly sender: SrtpSender
  /** Sources that use them. */
  readonly ssrcs: readonly number[]
}

/** SETUP with SAVP: the client's keys are taken, and ours are made where the stream has none for the media. */
export function protectMedia(
  runtime: Runtime,
  entry: SessionEntry,
  { media, keysFrom }: SessionEffect & { readonly kind: 'addTrack' },
  localSsrcs: readonly number[],
): MediaProtection | undefined {
  const offered = keysFrom === null ? null : (runtime.connections.get(keysFrom)?.offeredKeys ?? null)
  if (offered === null) return undefined
  const keys = createSrtpKeyMaterial(runtime.entropy)
  const own = media.receivesRtp ? { keys, sender: new SrtpSender(keys), ssrcs: localSsrcs } : null
  const protection = {
    receiver: new SrtpReceiver(offered.keys, offered.rollovers),
    own,
    told: new Map<number, number>(),
  }
  entry.protections.set(media.mediaIndex, protection)
  return protection
}

/** The MIKEY message with the keys of what a session is sent in one media; `null` if it is not encrypted. */
export function mediaKeyMessage(runtime: Runtime, sessionId: SessionId, mediaIndex: number): Uint8Array | null {
  const session = runtime.sessions.get(sessionId)
  const protection = session?.protections.get(mediaIndex)
  if (session === undefined || protection === undefined) return null
  const { own } = protection
  if (own !== null)
    return keyMessage(runtime, own.keys, new Map(own.ssrcs.map((ssrc) => [ssrc, own.sender.rollover(ssrc)])))
  const { stream } = session.ref.state
  const keys = stream === null ? undefined : runtime.streams.get(stream.streamId)?.hub.protection
  if (stream === null || keys === undefined) return null
  protection.told = keys.rollovers(mediaIndex)
  return streamKeyMessage(runtime, stream.streamId, mediaIndex)
}

/** The MIKEY messages of a stream, by media index; `null` if its server encrypts nothing. */
export function streamKeyMessages(runtime: Runtime, streamId: StreamId): readonly Uint8Array[] | null {
  const keys = runtime.streams.get(streamId)?.hub.protection?.keys ?? []
  const messages: Uint8Array[] = []
  for (const mediaIndex of keys.keys()) {
    const message = streamKeyMessage(runtime, streamId, mediaIndex)
    if (message !== null) messages.push(message)
  }
  return messages.length === 0 ? null : messages
}

function streamKeyMessage(runtime: Runtime, streamId: StreamId, mediaIndex: number): Uint8Array | null {
  const protection = runtime.streams.get(streamId)?.hub.protection
  const keys = protection?.keys[mediaIndex]
  if (protection === undefined || keys === undefined) return null
  return keyMessage(runtime, keys, protection.rollovers(mediaIndex))
}

function keyMessage(runtime: Runtime, keys: SrtpKeyMaterial, rollovers: ReadonlyMap<number, number>): Uint8Array {
  const { entropy, clock } = runtime
  return encodeMikey(createMikey({ keys, rollovers, now: clock.wallNow(), entropy }))
}
