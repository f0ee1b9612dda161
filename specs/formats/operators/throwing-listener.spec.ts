import { pipe, Subject, type OperatorFunction } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { h264Format } from '../../../src/formats/create-format.ts'
import { depacketize } from '../../../src/formats/operators/depacketize.ts'
import { onRandomAccess } from '../../../src/formats/operators/on-random-access.ts'
import { packetize } from '../../../src/formats/operators/packetize.ts'
import { toAnnexB, toAvcc } from '../../../src/formats/operators/to-byte-stream.ts'
import { untilLoss } from '../../../src/formats/operators/until-loss.ts'
import { withNtp, withPts } from '../../../src/formats/operators/with-clock.ts'
import { GuardedObservable } from '../../../src/media/inbound/guarded-observable.ts'
import type { RtpPacket } from '../../../src/wire/rtp/rtp-packet.ts'
import { idr, slice } from './packets.ts'

const format = h264Format({ payloadType: 96 })
const clock = { ptsOf: () => 0, ntpOf: () => undefined }
const units = depacketize(format)

const operators: readonly [string, OperatorFunction<RtpPacket, unknown>][] = [
  ['depacketize', units],
  ['onRandomAccess', pipe(units, onRandomAccess())],
  ['untilLoss of packets', untilLoss<RtpPacket>()],
  ['untilLoss of units', pipe(units, untilLoss())],
  ['withPts', pipe(units, withPts(clock))],
  ['withNtp', pipe(units, withNtp(clock))],
  ['toAnnexB', pipe(units, toAnnexB())],
  ['toAvcc', pipe(units, toAvcc())],
  ['packetize', pipe(units, packetize(format))],
]

describe('a listener that throws', () => {
  it.each(operators)(
    'behind %s is told to the owner of the source, unsubscribed, and hurts nobody else',
    (_, operator) => {
      const packets = new Subject<RtpPacket>()
      const errors: unknown[] = []
      const packets$ = new GuardedObservable<RtpPacket>(
        (subscriber) => packets.subscribe(subscriber),
        (error) => errors.push(error),
      )
      let calls = 0
      let values = 0
      const faulty = packets$.pipe(operator).subscribe(() => {
        calls++
        throw new Error('listener')
      })
      const healthy = packets$.pipe(operator).subscribe(() => values++)
      packets.next(idr(1))
      packets.next(slice(2))
      expect(errors).toEqual([new Error('listener')])
      expect([calls, values]).toEqual([1, 2])
      expect([faulty.closed, healthy.closed]).toEqual([true, false])
      healthy.unsubscribe()
      expect(packets.observed).toBe(false)
    },
  )
})
