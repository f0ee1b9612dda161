import type { DepacketizeProblem } from './depacketizer.ts'

/** Every problem that depacketizers report, made once: a broken packet must not cost an allocation. */

/** Packets are missing between this packet and the one before it; what they left unfinished is dropped or flagged. */
export const packetsLost = problem('lost', 'packets are missing before this one')
/** A fragment whose start was never received, right after the start: expected when joining a running stream. */
export const joinedLate = problem('joined-late', 'rest of a unit whose start came earlier')
/** A fragment that continues nothing, in the middle of a stream. */
export const noStart = problem('lost', 'fragment without a start')
export const emptyPayload = problem('malformed', 'payload is empty')
export const payloadTooShort = problem('malformed', 'payload is shorter than its header')
export const unitTooBig = problem('too-big', 'unit is too big')
export const tooManyParts = problem('too-big', 'unit has too many parts')
export const invalidAggregate = problem('malformed', 'aggregation packet is invalid')
export const emptyAggregate = problem('malformed', 'aggregation packet is empty')
/** RFC 6184 sections 5.7.2, 5.7.3 and 5.8, RFC 7798 section 4.4.4. */
export const unsupportedNalUnit = problem('unsupported', 'packet type is not supported')
export const timestampChanged = problem('malformed', 'timestamp changed in the middle of a unit')
/** Section numbers of the AV1 RTP specification: 4.3 aggregation header, 4.4 elements. */
export const invalidElement = problem('malformed', 'OBU element is invalid')
export const invalidDescriptor = problem('malformed', 'payload descriptor is invalid')
export const invalidTransportStream = problem('malformed', 'payload is not made of transport stream packets')
export const invalidPicture = problem('malformed', 'picture is invalid')
/** Types beyond those of RFC 2435 section 3.1.3: interlaced, grey, or dynamic. */
export const unsupportedPicture = problem('unsupported', 'type of the picture is not supported')
export const invalidTables = problem('malformed', 'quantization tables are invalid')
export const unknownTables = problem('malformed', 'quantization tables were not received')
export const wrongOffset = problem('lost', 'fragment does not continue the one before it')
export const invalidKey = problem('joined-late', 'packet does not start a KLV unit')
export const invalidLength = problem('malformed', 'length of the KLV unit is invalid')
/** The payload ends in the middle of a sample; the whole samples before it are used. */
export const partialSample = problem('malformed', 'payload ends in the middle of a sample')
export const invalidHeaderSection = problem('malformed', 'section of access unit headers is invalid')
/** RFC 3640 section 3.2.3.2. */
export const unsupportedInterleaving = problem('unsupported', 'interleaved access units are not supported')
export const invalidAdtsFrame = problem('malformed', 'access unit is not the one ADTS frame that the stream is made of')
export const invalidAudioFrame = problem('malformed', 'header of the audio frame is invalid')
export const truncatedAudioFrame = problem('malformed', 'audio frame is cut off')
export const incompleteUnit = problem('malformed', 'unit ended before all of it was there')
export const invalidFragment = problem('malformed', 'fragment does not fit the unit that it belongs to')
/** RFC 5215 section 2.2: the ident names the codebooks. */
export const otherCodebooks = problem('unsupported', 'packet needs other codebooks than those of the description')

function problem(kind: DepacketizeProblem['kind'], text: string): DepacketizeProblem {
  return Object.freeze({ kind, text })
}
