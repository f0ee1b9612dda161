/** Bounds of what is read from a session description. Past one of them the whole text is refused. */

/** Bytes of a description given as bytes, UTF-16 units of one given as text; as large as a body may be. */
export const maxSdpBytes = 131_072
/** Lines, empty ones not counted. The longest real description seen has 150. */
export const maxSdpLines = 4096
export const maxSdpMedias = 64
/** Payload types of one media. */
export const maxSdpPayloads = 128
/** Warnings kept; further ones are dropped. */
export const maxSdpWarnings = 64
/** Characters of the input that an error text or warning repeats. */
export const maxSdpQuote = 128
