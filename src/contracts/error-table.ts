/**
 * Every error of the library in one table: its code, the status a request gets that ran into it (0: none, the
 * connection is closed or an event is raised), and its text. `%s` takes the detail.
 *
 * `kind`: `peer` is a mistake of the other side, `usage` a mistake of the caller of the library (it throws at the call),
 * `end` is a reason for which something ended, `internal` is a fault of the library or of a handler.
 */
export interface ErrorEntry {
  readonly kind: 'peer' | 'usage' | 'end' | 'internal'
  readonly status: number
  readonly text: string
}

/**
 * Every error code, with its kind, the RTSP status that a peer is answered with (0 where nobody is answered) and the text
 * of the message, in which `%s` stands for details. Constant.
 */
export const errorTable = {
  // Why connections and sessions end.
  ERR_RTSP_TERMINATED: { kind: 'end', status: 400, text: 'terminated' },
  ERR_RTSP_SESSION_TIMED_OUT: { kind: 'end', status: 0, text: 'session timed out' },
  ERR_RTSP_SESSION_TORN_DOWN: { kind: 'end', status: 0, text: 'torn down by %s' },
  ERR_RTSP_SESSION_NOT_IN_USE: { kind: 'end', status: 0, text: 'not in use' },
  ERR_RTSP_CONNECTION_CLOSED: { kind: 'end', status: 0, text: 'connection closed by the peer' },
  ERR_RTSP_CONNECTION_FAILED: { kind: 'end', status: 0, text: 'connection failed: %s' },
  ERR_RTSP_CONNECTION_TIMED_OUT: { kind: 'end', status: 0, text: 'connection timed out: %s' },
  ERR_RTSP_WRITE_TIMED_OUT: { kind: 'end', status: 0, text: 'no progress in writing to the peer for %s ms' },
  ERR_RTSP_SERVER_FAILED: { kind: 'end', status: 0, text: 'the server failed: %s' },
  ERR_RTSP_UPGRADED: { kind: 'end', status: 0, text: 'upgraded to HTTP conn' },

  // Bytes that are not RTSP.
  ERR_RTSP_MALFORMED: { kind: 'peer', status: 0, text: 'malformed message: %s' },
  ERR_RTSP_LIMIT: { kind: 'peer', status: 0, text: '%s' },
  ERR_RTSP_UNEXPECTED_FRAME: { kind: 'peer', status: 0, text: 'received unexpected interleaved frame' },
  ERR_RTSP_UNEXPECTED_RESPONSE: { kind: 'peer', status: 0, text: 'received unexpected response' },

  // Tunnels that do not come about, or break.
  ERR_RTSP_HTTP_REQUEST: { kind: 'peer', status: 0, text: 'invalid HTTP request' },
  ERR_RTSP_TUNNEL_NO_POST: { kind: 'peer', status: 0, text: 'did not find a corresponding HTTP POST request' },
  ERR_RTSP_TUNNEL_NO_GET: { kind: 'peer', status: 0, text: 'did not find a corresponding HTTP GET request' },
  ERR_RTSP_TUNNEL_LIMIT: { kind: 'peer', status: 0, text: 'too many HTTP GET requests wait for their POST request' },
  ERR_RTSP_TUNNEL_BODY: { kind: 'peer', status: 0, text: '%s' },
  ERR_RTSP_WEBSOCKET: { kind: 'peer', status: 0, text: '%s' },
  ERR_RTSP_TLS: { kind: 'peer', status: 0, text: 'TLS handshake failed: %s' },

  // Requests that cannot be carried out.
  ERR_RTSP_URL: { kind: 'peer', status: 400, text: 'invalid URL (%s)' },
  ERR_RTSP_HEADER: { kind: 'peer', status: 400, text: 'invalid header: %s' },
  ERR_RTSP_CSEQ_MISSING: { kind: 'peer', status: 400, text: 'CSeq is missing' },
  ERR_RTSP_INVALID_PATH: { kind: 'peer', status: 400, text: 'invalid path' },
  ERR_RTSP_SESSION_NOT_FOUND: { kind: 'peer', status: 454, text: 'session not found' },
  ERR_RTSP_SESSION_LIMIT: { kind: 'peer', status: 503, text: 'too many sessions' },
  ERR_RTSP_CONTENT_TYPE_MISSING: { kind: 'peer', status: 400, text: 'Content-Type header is missing' },
  ERR_RTSP_CONTENT_TYPE_UNSUPPORTED: { kind: 'peer', status: 400, text: "unsupported Content-Type header '[%s]'" },
  ERR_RTSP_SDP_INVALID: { kind: 'peer', status: 400, text: 'invalid SDP: %s' },
  ERR_RTSP_TRANSPORT_INVALID: { kind: 'peer', status: 400, text: 'invalid transport header: %s' },
  ERR_RTSP_TRANSPORT_MODE: { kind: 'peer', status: 400, text: 'transport header contains a invalid mode (%s)' },
  ERR_RTSP_TRANSPORT_NO_CLIENT_PORTS: {
    kind: 'peer',
    status: 400,
    text: 'transport header does not contain client ports',
  },
  ERR_RTSP_INTERLEAVED_IDS_INVALID: { kind: 'peer', status: 400, text: 'invalid interleaved IDs' },
  ERR_RTSP_INTERLEAVED_IDS_IN_USE: { kind: 'peer', status: 400, text: 'interleaved IDs are in use' },
  ERR_RTSP_MEDIA_ALREADY_SETUP: { kind: 'peer', status: 400, text: 'media has already been setup' },
  ERR_RTSP_MEDIA_NOT_FOUND: { kind: 'peer', status: 400, text: 'media not found' },
  ERR_RTSP_MEDIAS_DIFFERENT_PATHS: { kind: 'peer', status: 400, text: "can't setup medias with different paths" },
  ERR_RTSP_MEDIAS_DIFFERENT_TRANSPORTS: {
    kind: 'peer',
    status: 400,
    text: "can't setup medias with different transports",
  },
  ERR_RTSP_KEY_MGMT_INVALID: { kind: 'peer', status: 400, text: 'invalid KeyMgmt header: %s' },
  ERR_RTSP_MIKEY_INVALID: { kind: 'peer', status: 400, text: '%s' },
  ERR_RTSP_SETUP_PATH: {
    kind: 'peer',
    status: 400,
    text: 'invalid SETUP path. This typically happens when VLC fails a request, and then switches to an unsupported RTSP dialect',
  },
  ERR_RTSP_NOT_ALL_MEDIAS_SETUP: { kind: 'peer', status: 400, text: 'not all announced medias have been setup' },
  ERR_RTSP_PATH_HAS_CHANGED: { kind: 'peer', status: 400, text: 'path has changed, %s' },
  ERR_RTSP_LINKED_TO_OTHER_SESSION: { kind: 'peer', status: 400, text: 'connection is linked to another session' },
  ERR_RTSP_SESSION_LINKED_TO_OTHER_CONNECTION: {
    kind: 'peer',
    status: 400,
    text: 'session is linked to another connection',
  },
  ERR_RTSP_SESSION_OF_OTHER_IP: { kind: 'peer', status: 400, text: 'cannot use a session created with a different IP' },
  ERR_RTSP_UDP_PORTS_IN_USE: {
    kind: 'peer',
    status: 400,
    text: 'UDP ports %s are already assigned to another reader with the same IP',
  },
  ERR_RTSP_MULTICAST: { kind: 'internal', status: 400, text: '%s' },
  ERR_RTSP_MULTICAST_ADDRESSES: { kind: 'internal', status: 503, text: 'every address of %s is in use' },
  ERR_RTSP_STREAM_CLOSED: { kind: 'peer', status: 400, text: 'stream is closed' },
  ERR_RTSP_H264_PACKETIZATION_MODE: {
    kind: 'peer',
    status: 400,
    text: 'H264 packetization-mode=0 is not supported by the server',
  },
  ERR_RTSP_AUTH: { kind: 'peer', status: 401, text: 'authentication error' },

  // Packets that cannot be used; each is counted and told as an event.
  ERR_RTSP_RTP_MALFORMED: { kind: 'peer', status: 0, text: 'malformed RTP packet: %s' },
  ERR_RTSP_RTP_UNKNOWN_PAYLOAD_TYPE: {
    kind: 'peer',
    status: 0,
    text: 'received RTP packet with unknown payload type: %s',
  },
  ERR_RTSP_RTP_WRONG_SSRC: { kind: 'peer', status: 0, text: 'received packet with wrong SSRC %s' },
  ERR_RTSP_RTP_TOO_BIG_UDP: { kind: 'peer', status: 0, text: 'RTP packet is too big to be read with UDP' },
  ERR_RTSP_RTCP_MALFORMED: { kind: 'peer', status: 0, text: '%s' },
  ERR_RTSP_RTCP_TOO_BIG: {
    kind: 'peer',
    status: 0,
    text: 'RTCP packet size (%s) is greater than maximum allowed (1472)',
  },
  ERR_RTSP_RTCP_TOO_BIG_UDP: { kind: 'peer', status: 0, text: 'RTCP packet is too big to be read with UDP' },
  ERR_RTSP_SRTP_MALFORMED: { kind: 'peer', status: 0, text: 'malformed SRTP packet: %s' },
  ERR_RTSP_SRTP_MKI: { kind: 'peer', status: 0, text: 'MKI not found' },
  ERR_RTSP_SRTP_AUTHENTICATION: { kind: 'peer', status: 0, text: 'SRTP packet failed authentication' },
  ERR_RTSP_SRTP_REPLAYED: { kind: 'peer', status: 0, text: 'SRTP packet is a repetition or too old' },
  ERR_RTSP_SRTP_SSRC_LIMIT: { kind: 'peer', status: 0, text: 'too many SSRCs use one SRTP key' },
  ERR_RTSP_SRTP_EXHAUSTED: { kind: 'end', status: 0, text: 'every packet index of the SRTP key is used up' },
  ERR_RTSP_WRITE_QUEUE_FULL: { kind: 'end', status: 0, text: 'write queue is full' },

  // Handlers and the library itself.
  ERR_RTSP_HANDLER_FAILED: { kind: 'internal', status: 500, text: 'handler failed: %s' },
  ERR_RTSP_HANDLER_TIMED_OUT: { kind: 'internal', status: 500, text: 'handler did not answer within %s ms' },
  ERR_RTSP_MAILBOX_FULL: { kind: 'internal', status: 0, text: 'mailbox of %s is full' },
  ERR_RTSP_FAULT: { kind: 'internal', status: 500, text: 'internal fault: %s' },

  // Wrong use of the library.
  ERR_RTSP_OPTIONS: { kind: 'usage', status: 0, text: 'invalid options: %s' },
  ERR_RTSP_USAGE: { kind: 'usage', status: 0, text: '%s' },
  ERR_RTSP_LISTEN: { kind: 'usage', status: 0, text: '%s' },
} as const satisfies Record<string, ErrorEntry>

/** Code of an error: a key of the error table. */
export type ErrorCode = keyof typeof errorTable
