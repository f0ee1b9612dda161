import { deepEqual, equal } from 'node:assert/strict'
import { EMPTY, map, mergeMap, Subject } from 'rxjs'
import { createRtspServer, respond, type SessionState } from 'rxrtsp'
import { MemoryNetwork, seededEntropy, TestClient, VirtualClock } from 'rxrtsp/testing'

// What is tested: somebody decides, at some time, whether a publisher may begin.
const permission$ = new Subject<boolean>()
const clock = new VirtualClock()
const network = new MemoryNetwork({ clock })
const server = createRtspServer({
  ...{ clock, network, entropy: seededEntropy(1) },
  handlers: {
    announce: () => respond.ok(),
    setup: () => respond.ok(),
    record: () => permission$.pipe(map((isAllowed) => (isAllowed ? respond.ok() : respond.forbidden()))),
  },
})
await server.listen()

const states: SessionState[] = []
server.events$
  .pipe(mergeMap((event) => (event.type === 'session.opened' ? event.session.state$ : EMPTY)))
  .subscribe((state) => states.push(state))

const client = new TestClient({ clock, network })
const url = 'rtsp://host/cam'
const sdp = 'v=0\r\nm=audio 0 RTP/AVP 0\r\na=control:trackID=0\r\n'
client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, sdp)
client.ask('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;mode=record' })

// Nobody has decided: there is no answer, and the session waits where it was.
equal(client.ask('RECORD', url), undefined)
permission$.next(false)
clock.settle()
client.read()
equal(client.answers().at(-1)?.statusCode, 403)
equal(states.at(-1), 'preRecord')

// The next try is allowed; a publisher that then stays silent is given up after ten seconds.
client.ask('RECORD', url)
permission$.next(true)
clock.settle()
equal(states.at(-1), 'record')
clock.advance(12_000)
deepEqual(states, ['initial', 'preRecord', 'record', 'closed'])
