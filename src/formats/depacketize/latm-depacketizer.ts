import type { DataUnit } from '../units.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { MarkerDepacketizer } from './marker-depacketizer.ts'

/** RTP packets to audioMuxElements of MPEG-4 audio, RFC 6416 section 6.1: no payload header, the marker ends each. */
export class MPEG4AudioLATMDepacketizer extends MarkerDepacketizer<DataUnit<'MPEG4AudioLATM'>> {
  constructor(options: DepacketizeOptions = {}) {
    super(options.maxUnitBytes ?? unitLimits.mpeg4AudioLATMBytes)
  }

  protected canStart(): boolean {
    return true
  }

  protected build(timestamp: number, data: Uint8Array, corrupted: boolean): DataUnit<'MPEG4AudioLATM'> {
    return { codec: 'MPEG4AudioLATM', timestamp, isRandomAccess: true, corrupted, data }
  }
}
