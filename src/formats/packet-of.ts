import type { RtpPacket } from '../wire/rtp/rtp-packet.ts'
import type { Format } from './format.ts'

declare const codec: unique symbol

/**
 * An RTP packet that is known to be of a format; at run time it is an `RtpPacket` and nothing else. It goes wherever an
 * `RtpPacket` goes, but not to an operator of another codec: `session.rtp(media, h264).pipe(depacketize(aac))` fails to
 * compile. An `RtpPacket` of unknown origin is taken at its word by all of them.
 */
export type PacketOf<F extends Format> = RtpPacket & { readonly [codec]?: F['codec'] }
