import { createHash, timingSafeEqual } from 'node:crypto'
import type { DigestAlgorithm } from '../headers/authentication-scheme.ts'

/** The two hashes of digests, and a comparison that tells nothing by how long it takes. */

const nodeNames: Readonly<Record<DigestAlgorithm, string>> = { MD5: 'md5', 'SHA-256': 'sha256' }

/** Hash of the UTF-8 bytes of `text` in lower-case hexadecimal: 32 digits for MD5, 64 for SHA-256. */
export function hexHash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(nodeNames[algorithm]).update(text, 'utf8').digest('hex')
}

/**
 * Whether two texts are equal, in a time that depends neither on where they differ nor on the length of the secret one:
 * their hashes are compared, and those are of one length.
 */
export function equalsInConstantTime(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest())
}
