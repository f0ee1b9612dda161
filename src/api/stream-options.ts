import { z } from 'zod'
import type { ReadingConfig } from '../actors/runtime.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import type { GopCacheLimits } from '../media/outbound/gop-cache.ts'
import { slowReaderPolicies, type SlowReaderPolicy } from '../media/outbound/reader-options.ts'

/**
 * What can be said for one stream, and for the whole server as a default: both take the same values, so their checks
 * are here once.
 */

/** Bounds of the pictures that a stream keeps for new readers. */
export interface GopCacheOptions {
  /** RTP packets, 1 to 65,536. Default 4,096. */
  readonly maxPackets?: number
  /** Bytes of RTP packets, at least 1. Default 4 MiB. */
  readonly maxBytes?: number
}

/** How readers of a stream are treated. */
export interface ReadingOptions {
  /**
   * What happens to a reader that cannot keep up, once its queue is full (`maxQueuedBytes` over TCP, `maxQueuedPackets`
   * over UDP). `drop-to-random-access`: whole access units are left out until half the queue is free and a picture
   * begins that can be decoded alone. `drop-packets`: what does not fit is left out, packet by packet. `close`: its
   * session ends with ERR_RTSP_WRITE_QUEUE_FULL. Default `drop-to-random-access`.
   */
  readonly slowReaders?: SlowReaderPolicy
  /**
   * Instant start: the packets since the last picture that can be decoded alone are kept, and a new reader gets them
   * first, so it has a picture at once instead of waiting for the next one. A group of pictures
   * that outgrows the bounds is given up. Costs memory for each stream (twice `maxBytes` at most); what new readers get
   * of it is shared and does not count against their queues. Over UDP 64 datagrams leave at once and the others along
   * with live ones. `true` stands for the default bounds. Default `false`.
   */
  readonly gopCache?: boolean | GopCacheOptions
}

/** For `z.strictObject`. */
export const readingOptionsShape = {
  slowReaders: z.enum(slowReaderPolicies),
  gopCache: z
    .union([
      z.boolean(),
      z.strictObject({
        maxPackets: z.int().min(1).max(65_536).default(4_096),
        maxBytes: z
          .int()
          .min(1)
          .max(256 * 1024 * 1024)
          .default(4 * 1024 * 1024),
      }),
    ])
    .transform((value): GopCacheLimits | null => {
      if (value === false) return null
      return value === true ? { maxPackets: 4_096, maxBytes: 4 * 1024 * 1024 } : value
    }),
}

const schema = z.strictObject({
  slowReaders: readingOptionsShape.slowReaders.optional(),
  gopCache: readingOptionsShape.gopCache.optional(),
})

/** What holds for a stream. Throws ERR_RTSP_OPTIONS with a sentence per mistake. */
export function resolveReading({ slowReaders, gopCache }: ReadingOptions, defaults: ReadingConfig): ReadingConfig {
  const result = schema.safeParse({ slowReaders, gopCache })
  if (!result.success) throw rtspError('ERR_RTSP_OPTIONS', z.prettifyError(result.error))
  return {
    slowReaders: result.data.slowReaders ?? defaults.slowReaders,
    gopCache: result.data.gopCache === undefined ? defaults.gopCache : result.data.gopCache,
  }
}
