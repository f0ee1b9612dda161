/** What `sendmmsg` and `recvmmsg` are given, as 64-bit Linux lays it out; both halves of a socket fill such memory. */

/** Bytes of a `struct mmsghdr`. */
export const headerBytes = 64
/** Bytes of a `struct iovec`. */
export const partBytes = 16

const word = 2 ** 32

/**
 * Writes an address or a length as 64 bits, at an index of 32-bit words. Addresses of user space have 47 bits (57 where
 * asked for), numbers 53: exact on all machines that run Node.
 */
export function writeLong(words: Uint32Array, at: number, value: number): void {
  words[at] = value % word
  words[at + 1] = Math.floor(value / word)
}
