/**
 * The ways to prove who one is that a server may offer. SHA-256 is apart from MD5, because of several digests FFmpeg (2018
 * to 5.1) answers the last one only, and gives up if that is SHA-256: only the owner of a server knows who comes.
 */
export const authMethods = ['basic', 'digest-md5', 'digest-sha256'] as const

/** `basic` sends the password in the clear, the digests send a hash (RFC 2617 and RFC 7616). */
export type AuthMethod = (typeof authMethods)[number]
