import { createHash } from 'node:crypto'
import { EMPTY, map, NEVER, of, Subject, throwError, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { RtspServerOptions } from '../../src/api/options.ts'
import type { HandlerResult, RequestContext, ServerHandlers } from '../../src/api/handlers.ts'
import { respond, type HandlerResponse } from '../../src/api/respond.ts'
import { createRtspServer } from '../../src/api/server.ts'
import { isFailure } from '../../src/contracts/failure.ts'
import { rtspError } from '../../src/contracts/rtsp-error.ts'
import { answerChallenge } from '../../src/wire/auth/answer-challenge.ts'
import type { StoredCredentials } from '../../src/wire/auth/verify-credentials.ts'
import type { RtspResponse } from '../../src/wire/rtsp/message.ts'
import { publisherSdp, Scene, type Client } from './scene.ts'

const url = 'rtsp://host:8554/pub'
const sdp = { 'Content-Type': 'application/sdp' }
const tcp = 'RTP/AVP/TCP;unicast;interleaved=0-1'

/** Lets in who knows the password. */
function guard({ connection, request }: RequestContext): HandlerResponse {
  return connection.verifyCredentials(request, 'myuser', 'mypass') ? respond.ok() : respond.unauthorized()
}

function guarded(options: RtspServerOptions = {}, handlers: ServerHandlers = { announce: guard }): Promise<Scene> {
  return new Scene(options, handlers).listen()
}

/** The header that answers a challenge. */
function answerTo(
  response: RtspResponse | undefined,
  method: string,
  uri: string,
  password = 'mypass',
): { readonly Authorization: string } {
  if (response === undefined) throw new Error('there is no answer')
  const authorization = answerChallenge(response, { username: 'myuser', password, method, uri })
  if (isFailure(authorization)) throw new Error(authorization.text)
  return { Authorization: authorization }
}

/** Asks, answers the challenge, and returns both responses. */
function askTwice(
  client: Client,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
  password?: string,
): readonly [RtspResponse | undefined, RtspResponse | undefined] {
  const first = client.ask(method, target, headers, body)
  const second = client.ask(method, target, { ...headers, ...answerTo(first, method, target, password) }, body)
  return [first, second]
}

const challengesIn = (response: RtspResponse | undefined) => response?.headers['WWW-Authenticate'] ?? []

describe('a handler that answers 401', () => {
  it.each<[string, RtspServerOptions, readonly RegExp[]]>([
    ['all', {}, [/^Basic realm="rxrtsp"$/, /^Digest realm="rxrtsp", nonce="[0-9a-f]{32}", algorithm="MD5"$/]],
    ['basic', { authMethods: ['basic'] }, [/^Basic /]],
    ['digest_md5', { authMethods: ['digest-md5'] }, [/^Digest .*, algorithm="MD5"$/]],
    ['digest_sha256', { authMethods: ['digest-sha256'] }, [/^Digest .*, algorithm="SHA-256"$/]],
  ])(
    '[18] %s: ANNOUNCE gets a challenge, and with credentials 200 on the same connection',
    async (_, options, shapes) => {
      const scene = await guarded(options)
      const client = scene.client()
      const [first, second] = askTwice(client, 'ANNOUNCE', url, sdp, publisherSdp)
      expect(first?.statusCode).toBe(401)
      expect(challengesIn(first)).toHaveLength(shapes.length)
      shapes.forEach((shape, index) => expect(challengesIn(first)[index]).toMatch(shape))
      expect(first?.headers['Session']).toBeUndefined()
      expect(second?.statusCode).toBe(200)
      expect(challengesIn(second)).toEqual([])
      expect(scene.server.sessions.map(({ state }) => state)).toEqual(['preRecord'])
      expect(scene.closeReasons).toEqual([])
    },
  )

  it('[19] closes the connection of who tried and failed, after an answer without a challenge', async () => {
    const scene = await guarded()
    const client = scene.client()
    const [first, second] = askTwice(client, 'ANNOUNCE', url, sdp, publisherSdp, 'wrong')
    expect([first?.statusCode, second?.statusCode]).toEqual([401, 401])
    expect(challengesIn(second)).toEqual([])
    scene.settle()
    expect(client.peer.isClosed).toBe(true)
    expect(scene.closeReasons).toEqual(['authentication error'])
    expect(scene.sessionEnds).toEqual(['not in use'])
  })

  it('[19] tells why with a code, and says so in the events', async () => {
    const scene = await guarded()
    askTwice(scene.client(), 'ANNOUNCE', url, sdp, publisherSdp, 'wrong')
    scene.settle()
    const [closed] = scene.events.filter((event) => event.type === 'connection.closed')
    expect(closed?.reason.code).toBe('ERR_RTSP_AUTH')
    const responses = scene.events.filter((event) => event.type === 'response').map(({ response }) => response)
    expect(responses.map((response) => challengesIn(response).length)).toEqual([2, 0])
  })

  it.each([
    ['an empty user', 'Basic OnBhc3M='],
    ['a scheme nobody knows', 'Bearer abc'],
    ['half a digest', 'Digest username="u"'],
  ])('[18] takes %s for no attempt', async (_, authorization) => {
    const scene = await guarded()
    const client = scene.client()
    for (let time = 0; time < 3; time++) {
      const answer = client.ask('ANNOUNCE', url, { ...sdp, Authorization: authorization }, publisherSdp)
      expect([answer?.statusCode, challengesIn(answer).length]).toEqual([401, 2])
    }
    expect(client.peer.isClosed).toBe(false)
  })

  it('[19] takes a method that is not offered for a wrong attempt', async () => {
    const scene = await guarded({ authMethods: ['digest-md5'] })
    const client = scene.client()
    client.ask('ANNOUNCE', url, { ...sdp, Authorization: 'Basic bXl1c2VyOm15cGFzcw==' }, publisherSdp)
    scene.settle()
    expect(scene.closeReasons).toEqual(['authentication error'])
  })

  it('needs no call of verifyCredentials, and no respond.unauthorized', async () => {
    const scene = await guarded({ authRealm: 'my cameras' }, { describe: () => respond.status(401) })
    const client = scene.client()
    const answer = client.ask('DESCRIBE', 'rtsp://host:8554/cam')
    expect(answer?.statusCode).toBe(401)
    expect(challengesIn(answer)).toEqual([
      'Basic realm="my cameras"',
      expect.stringMatching(/^Digest realm="my cameras", nonce="[0-9a-f]{32}", algorithm="MD5"$/),
    ])
    expect(client.ask('OPTIONS', 'rtsp://host:8554/cam')?.statusCode).toBe(200)
  })

  it('keeps body and headers of the answer beside the challenges', async () => {
    const answer = respond.unauthorized({ body: 'who are you?', headers: { 'X-Hint': 'ask me' } })
    const scene = await guarded({}, { describe: () => answer })
    const got = scene.client().ask('DESCRIBE', 'rtsp://host:8554/cam')
    expect(new TextDecoder().decode(got?.body)).toBe('who are you?')
    expect(got?.headers['X-Hint']).toEqual(['ask me'])
    expect(challengesIn(got)).toHaveLength(2)
  })

  it('leaves a challenge of the application alone, and the connection open', async () => {
    const own = respond.unauthorized({ headers: { 'WWW-Authenticate': 'Bearer realm="x"' } })
    const scene = await guarded({}, { describe: () => own })
    const client = scene.client()
    for (const authorization of ['Bearer wrong', 'Basic bXl1c2VyOm15cGFzcw==']) {
      const answer = client.ask('DESCRIBE', 'rtsp://host:8554/cam', { Authorization: authorization })
      expect(challengesIn(answer)).toEqual(['Bearer realm="x"'])
    }
    expect(client.peer.isClosed).toBe(false)
  })

  it('closes for another reason when the handler names one', async () => {
    const closeReason = rtspError('ERR_RTSP_TERMINATED')
    const scene = await guarded({}, { describe: () => respond.unauthorized({ closeReason }) })
    const answer = scene.client().ask('DESCRIBE', 'rtsp://host:8554/cam')
    expect(challengesIn(answer)).toEqual([])
    scene.settle()
    expect(scene.closeReasons).toEqual(['terminated'])
  })

  it('has one nonce for a connection and another one for the next', async () => {
    const scene = await guarded({ authMethods: ['digest-md5'] })
    const [one, other] = [scene.client(), scene.client('10.0.0.2')]
    const ask = (client: Client) => client.ask('ANNOUNCE', url, sdp, publisherSdp)
    const first = ask(one)
    expect(challengesIn(ask(one))).toEqual(challengesIn(first))
    expect(challengesIn(ask(other))).not.toEqual(challengesIn(first))
    // What was overheard on one connection is worth nothing on another.
    other.ask('ANNOUNCE', url, { ...sdp, ...answerTo(first, 'ANNOUNCE', url) }, publisherSdp)
    scene.settle()
    expect([one.peer.isClosed, other.peer.isClosed]).toEqual([false, true])
  })
})

describe('401 from every handler', () => {
  it('[18] guards a reader from DESCRIBE to PAUSE', async () => {
    const scene: Scene = new Scene(
      {},
      {
        describe: (context) => (isLetIn(context) ? scene.cam : respond.unauthorized()),
        setup: (context) => (isLetIn(context) ? scene.cam : respond.unauthorized()),
        play: guard,
        pause: guard,
        getParameter: guard,
        setParameter: guard,
      },
    )
    await scene.listen()
    const client = scene.client()
    const cam = 'rtsp://host:8554/cam'
    const steps = [
      ['DESCRIBE', cam, {}],
      ['SETUP', `${cam}/trackID=0`, { Transport: tcp }],
      ['GET_PARAMETER', `${cam}/`, {}],
      ['SET_PARAMETER', `${cam}/`, {}],
      ['PLAY', `${cam}/`, {}],
      ['PAUSE', `${cam}/`, {}],
    ] as const
    for (const [method, target, headers] of steps) {
      const [first, second] = askTwice(client, method, target, headers)
      expect([method, first?.statusCode, challengesIn(first).length, first?.headers['Session']]).toEqual([
        method,
        401,
        2,
        undefined,
      ])
      expect([method, second?.statusCode]).toEqual([method, 200])
    }
    expect(scene.server.sessions.map(({ state }) => state)).toEqual(['prePlay'])
    expect(scene.closeReasons).toEqual([])
  })

  it('[18] guards a publisher from ANNOUNCE to RECORD', async () => {
    const scene = await guarded({}, { announce: guard, setup: guard, record: guard })
    const client = scene.client()
    const record = { Transport: `${tcp};mode=record` }
    const oneMedia = publisherSdp.slice(0, publisherSdp.indexOf('m=audio'))
    expect(askTwice(client, 'ANNOUNCE', url, sdp, oneMedia)[1]?.statusCode).toBe(200)
    expect(askTwice(client, 'SETUP', `${url}/streamid=0`, record)[1]?.statusCode).toBe(200)
    expect(askTwice(client, 'RECORD', url)[1]?.statusCode).toBe(200)
    expect(scene.server.sessions.map(({ state }) => state)).toEqual(['record'])
  })

  it('ends the session of a reader that fails later on', async () => {
    const scene = await guarded({}, { play: guard })
    const client = scene.client()
    client.setup(0, tcp)
    askTwice(client, 'PLAY', 'rtsp://host:8554/cam/', {}, undefined, 'wrong')
    scene.settle()
    expect(client.peer.isClosed).toBe(true)
    expect(scene.closeReasons).toEqual(['authentication error'])
    expect(scene.sessionEnds).toEqual(['not in use'])
  })
})

function isLetIn({ connection, request }: RequestContext): boolean {
  return connection.verifyCredentials(request, 'myuser', 'mypass')
}

type LookUp = (user: string) => HandlerResult<StoredCredentials | null | undefined>

describe('authenticate: users that are kept elsewhere', () => {
  const describeWith = (lookUp: LookUp): ServerHandlers => ({
    describe: ({ connection, request }): Observable<HandlerResponse> =>
      connection
        .authenticate(request, lookUp)
        .pipe(map((isKnown) => (isKnown ? respond.ok({ body: 'v=0\r\n' }) : respond.unauthorized()))),
  })
  const cam = 'rtsp://host:8554/cam'
  const md5 = createHash('md5').update('myuser:rxrtsp:mypass').digest('hex')
  const sha256 = createHash('sha256').update('myuser:rxrtsp:mypass').digest('hex')

  it.each<[string, LookUp, number]>([
    ['a password', () => 'mypass', 200],
    ['a password in an object', () => ({ password: 'mypass' }), 200],
    ['a hash', () => ({ ha1: md5 }), 200],
    ['several hashes', () => ({ ha1: [sha256, md5] }), 200],
    ['an Observable, of which the first value counts', () => of('mypass', 'other'), 200],
    ['the user', (user) => (user === 'myuser' ? 'mypass' : 'other'), 200],
    ['another password', () => 'mypas', 401],
    ['another hash', () => ({ ha1: sha256 }), 401],
    ['null', () => null, 401],
    ['nothing', () => undefined, 401],
    ['an Observable without a value', () => EMPTY, 401],
  ])('[18] [19] a digest against %s', async (_, lookUp, status) => {
    const scene = await guarded({}, describeWith(lookUp))
    const client = scene.client()
    const [first, second] = askTwice(client, 'DESCRIBE', cam)
    expect([first?.statusCode, second?.statusCode]).toEqual([401, status])
    scene.settle()
    expect(client.peer.isClosed).toBe(status === 401)
  })

  it('a digest against a store that answers later, by Observable', async () => {
    const found = new Subject<StoredCredentials | null>()
    const scene = await guarded(
      {},
      describeWith(() => found),
    )
    const client = scene.client()
    const [, second] = askTwice(client, 'DESCRIBE', cam)
    expect(second).toBeUndefined()
    scene.clock.advance(3_000)
    found.next({ ha1: md5 })
    scene.settle()
    client.read()
    expect(client.answers().map(({ statusCode }) => statusCode)).toEqual([401, 200])
    expect(found.observed).toBe(false)
  })

  it('a digest against a store that answers later, by Promise', async () => {
    const scene = await guarded(
      {},
      describeWith(() => Promise.resolve({ ha1: md5 })),
    )
    const client = scene.client()
    askTwice(client, 'DESCRIBE', cam)
    await Promise.resolve()
    scene.settle()
    client.read()
    expect(client.answers().map(({ statusCode }) => statusCode)).toEqual([401, 200])
  })

  it('does not trouble the store with requests that cannot be right', async () => {
    const asked: string[] = []
    const scene = await guarded(
      {},
      describeWith((user) => (asked.push(user), null)),
    )
    const client = scene.client()
    const first = client.ask('DESCRIBE', cam)
    expect(asked).toEqual([])
    // A digest of another URL.
    client.ask('DESCRIBE', cam, answerTo(first, 'DESCRIBE', `${cam}2`))
    expect(asked).toEqual([])
    const next = scene.client('10.0.0.2')
    askTwice(next, 'DESCRIBE', cam)
    expect(asked).toEqual(['myuser'])
  })

  it('is cold: one look-up for each subscription, one value, then completion', async () => {
    const asked: string[] = []
    const told: unknown[] = []
    const scene = await guarded(
      { authMethods: ['basic'] },
      {
        describe: ({ connection, request }) => {
          const isKnown$ = connection.authenticate(request, (user) => (asked.push(user), 'mypass'))
          expect(asked).toEqual([])
          const observer = { next: (value: boolean) => told.push(value), complete: () => told.push('complete') }
          isKnown$.subscribe(observer)
          isKnown$.subscribe(observer)
          return respond.notFound()
        },
      },
    )
    scene.client().ask('DESCRIBE', cam, { Authorization: 'Basic bXl1c2VyOm15cGFzcw==' })
    expect(asked).toEqual(['myuser', 'myuser'])
    expect(told).toEqual([true, 'complete', true, 'complete'])
  })

  it('gives up on the store when the connection is gone', async () => {
    const found = new Subject<string>()
    const scene = await guarded(
      {},
      describeWith(() => found),
    )
    const client = scene.client()
    askTwice(client, 'DESCRIBE', cam)
    expect(found.observed).toBe(true)
    client.peer.reset()
    scene.settle()
    expect(found.observed).toBe(false)
  })

  it.each<[string, LookUp, string]>([
    ['throws', () => throwNow(), 'handler failed: the store is down'],
    ['errors', () => throwError(() => new Error('the store is down')), 'handler failed: the store is down'],
    ['is silent', () => NEVER, 'handler did not answer within 10000 ms'],
  ])('a store that %s is no wrong password: 500', async (_, lookUp, reason) => {
    const scene = await guarded({}, describeWith(lookUp))
    const client = scene.client()
    askTwice(client, 'DESCRIBE', cam)
    scene.clock.advance(10_000)
    client.read()
    expect(client.answers().map(({ statusCode }) => statusCode)).toEqual([401, 500])
    scene.settle()
    expect(scene.closeReasons).toEqual([reason])
  })
})

function throwNow(): never {
  throw new Error('the store is down')
}

describe('options of authentication', () => {
  it.each([
    [{ authMethods: [] }, 'authMethods'],
    [{ authMethods: ['basic', 'basic'] }, 'each method may be named once'],
    [{ authMethods: ['digest'] }, 'authMethods'],
    [{ authRealm: '' }, 'authRealm'],
    [{ authRealm: 'a "b"' }, 'must be printable ASCII without quotes and backslashes'],
    [{ authRealm: 'a\r\nb' }, 'must be printable ASCII without quotes and backslashes'],
  ])('are refused with a sentence: %j', (options, text) => {
    expect(() => createRtspServer(options as never)).toThrow(text)
  })
})
