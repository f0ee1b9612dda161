import { equal } from 'node:assert/strict'
import { map } from 'rxjs'
import { createRtspServer, respond } from 'rxrtsp'
import { MemoryNetwork, seededEntropy, TestClient, VirtualClock } from 'rxrtsp/testing'

// Somebody else's user store. Its answer may be a value, a Promise or an Observable.
const findUser = (user: string) => Promise.resolve(user === 'me' ? { password: 'secret' } : null)

const clock = new VirtualClock()
const network = new MemoryNetwork({ clock })
const server = createRtspServer({
  ...{ clock, network, entropy: seededEntropy(1) },
  handlers: {
    // A password that is known here.
    describe: ({ connection, request }) =>
      connection.verifyCredentials(request, 'me', 'secret') ? respond.notFound() : respond.unauthorized(),
    // A password, or its hash as { ha1 }, that is asked for elsewhere.
    announce: ({ connection, request }) =>
      connection
        .authenticate(request, findUser)
        .pipe(map((isKnown) => (isKnown ? respond.ok() : respond.unauthorized()))),
  },
})
await server.listen()

const client = new TestClient({ clock, network })
const challenge = client.ask('DESCRIBE', 'rtsp://host/cam')
equal(challenge?.statusCode, 401)
equal(challenge.headers['WWW-Authenticate']?.length, 2)
const basic = { Authorization: `Basic ${btoa('me:secret')}` }
equal(client.ask('DESCRIBE', 'rtsp://host/cam', basic)?.statusCode, 404)
