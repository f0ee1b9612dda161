/**
 * Everything a peer can make grow has a bound, and all bounds of the RTSP wire are here. They hold while an element is
 * still incomplete, so that a peer who never finishes a line or a body cannot make the server keep more than this.
 * Lengths are bytes on the wire, where a line has been read characters. A violation is `ERR_RTSP_LIMIT` (or `ERR_RTSP_MALFORMED` for skipped bytes).
 */
export const limits = {
  /** Method of a request, without the blank that ends it. */
  methodLength: 63,
  /** URL of a request line, without the blank that ends it. */
  urlLength: 2047,
  /** Protocol and version of a request line, without the line end. */
  protocolLength: 63,
  /** Whole status line of a response, without the line end. */
  statusLineLength: 511,
  /** Header lines of one message; a continuation line counts as one. */
  headerCount: 255,
  headerKeyLength: 511,
  /** Value of one header line, with its continuation lines, without the blanks around it. */
  headerValueLength: 2047,
  /** Blanks that may surround the value of one header line; they are not kept. */
  headerBlankLength: 256,
  /** Body of a message, that is `Content-Length`. */
  bodyBytes: 131072,
  /** Payload of one interleaved frame: its length field has 16 bits (RFC 2326 section 10.12). */
  framePayloadBytes: 65535,
  /** Head of an HTTP request, line ends included: a browser's cookies fit, and little more. */
  httpHeadBytes: 16384,
  httpHeaderCount: 100,
  /** Cookie that ties the halves of an HTTP tunnel together; clients send 10 to 40 characters. */
  tunnelCookieLength: 256,
  /** Bytes in a row that belong to no element before the connection is given up. */
  skippedBytes: 4096,
} as const

/** CR and LF. */
export const lineEndBytes = 2

/** Longest request line and longest header line in bytes, line ends included. */
export const requestLineLimit = limits.methodLength + 1 + limits.urlLength + 1 + limits.protocolLength + lineEndBytes
export const headerLineLimit =
  limits.headerKeyLength + 1 + limits.headerBlankLength + limits.headerValueLength + lineEndBytes
