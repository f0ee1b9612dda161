import { deepEqual } from 'node:assert/strict'
import { filter, map, scan, type Observable } from 'rxjs'
import type { InboundRtp, RtpPacket } from 'rxrtsp'
import { marbles, testRtp } from 'rxrtsp/testing'

/** What is tested: packets in, whole pictures out. A picture ends with the marker; a packet is only lent, so it is cloned. */
function pictures(rtp$: Observable<Pick<InboundRtp, 'packet'>>): Observable<readonly RtpPacket[]> {
  return rtp$.pipe(
    scan<Pick<InboundRtp, 'packet'>, readonly RtpPacket[]>(
      (packets, { packet }) => (packets.at(-1)?.marker ? [packet.clone()] : [...packets, packet.clone()]),
      [],
    ),
    filter((packets) => packets.at(-1)?.marker === true),
  )
}

// One column is one millisecond. What goes in, when somebody listens, and what must come out.
marbles(({ hot, expectObservable, expectSubscriptions }) => {
  const rtp$ = hot('-a-b-c-(de)-|', {
    a: { packet: testRtp({ sequenceNumber: 1 }) },
    b: { packet: testRtp({ sequenceNumber: 2 }) },
    c: { packet: testRtp({ sequenceNumber: 3, marker: true }) },
    d: { packet: testRtp({ sequenceNumber: 4 }) },
    e: { packet: testRtp({ sequenceNumber: 5, marker: true }) },
  })
  const numbers$ = pictures(rtp$).pipe(map((packets) => packets.map((packet) => packet.sequenceNumber)))
  expectObservable(numbers$).toBe('-----p-q----|', { p: [1, 2, 3], q: [4, 5] })
  expectSubscriptions(rtp$.subscriptions).toBe('^-----------!')
})

// The same in plain values, when only the result counts.
deepEqual(testRtp({ sequenceNumber: 7 }).timestamp, 7 * 3600)
