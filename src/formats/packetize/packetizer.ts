import type { OutgoingUnit, UnitBase } from '../units.ts'

/** Turns units of one format into RTP packets. Keeps the sequence number; one per stream and format. */
export interface Packetizer<U extends UnitBase> {
  /**
   * Packets of one unit, in order, as whole RTP packets with the unit's timestamp. They are parts of one fresh buffer that
   * belongs to the caller; the unit is only read. Throws `ERR_RTSP_USAGE` for a unit that its format cannot carry.
   */
  packetize(unit: OutgoingUnit<U>): Uint8Array[]
}
