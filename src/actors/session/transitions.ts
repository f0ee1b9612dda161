/**
 * The session's state table: the one place that says which method is allowed in which state and where a success leads.
 * Everything else about states derives from it: the answer 455 with `Allow`, the exhaustive spec, the diagram in
 * ARCHITECTURE.md. It is RFC 2326 appendix A.2 as servers with both roles live it.
 */

/** States of a session. `closing` waits for its connections to be gone, `closed` is the end. */
export type SessionTag = 'initial' | 'prePlay' | 'play' | 'preRecord' | 'record' | 'closing' | 'closed'

/** Methods a session takes. DESCRIBE is answered by the connection, whatever the session is doing. */
export const sessionMethods = [
  'OPTIONS',
  'ANNOUNCE',
  'SETUP',
  'PLAY',
  'RECORD',
  'PAUSE',
  'GET_PARAMETER',
  'SET_PARAMETER',
  'TEARDOWN',
] as const
export type SessionMethod = (typeof sessionMethods)[number]

/** State after a success; a method that is missing is not valid in that state. */
export const transitions: Readonly<Record<SessionTag, Readonly<Partial<Record<SessionMethod, SessionTag>>>>> = {
  initial: {
    OPTIONS: 'initial',
    ANNOUNCE: 'preRecord',
    SETUP: 'prePlay',
    GET_PARAMETER: 'initial',
    SET_PARAMETER: 'initial',
    TEARDOWN: 'closed',
  },
  prePlay: {
    OPTIONS: 'prePlay',
    SETUP: 'prePlay',
    PLAY: 'play',
    PAUSE: 'prePlay',
    GET_PARAMETER: 'prePlay',
    SET_PARAMETER: 'prePlay',
    TEARDOWN: 'closed',
  },
  play: {
    OPTIONS: 'play',
    PLAY: 'play',
    PAUSE: 'prePlay',
    GET_PARAMETER: 'play',
    SET_PARAMETER: 'play',
    TEARDOWN: 'closed',
  },
  preRecord: {
    OPTIONS: 'preRecord',
    SETUP: 'preRecord',
    RECORD: 'record',
    PAUSE: 'preRecord',
    GET_PARAMETER: 'preRecord',
    SET_PARAMETER: 'preRecord',
    TEARDOWN: 'closed',
  },
  record: {
    OPTIONS: 'record',
    PAUSE: 'preRecord',
    GET_PARAMETER: 'record',
    SET_PARAMETER: 'record',
    TEARDOWN: 'closed',
  },
  closing: {},
  closed: {},
}

/** Whether the method may be carried out in the state. */
export function isAllowed(tag: SessionTag, method: SessionMethod): boolean {
  return transitions[tag][method] !== undefined
}

/** Methods that are valid in the state, in the order of `sessionMethods`: the value of `Allow`. */
export function allowedMethods(tag: SessionTag): readonly SessionMethod[] {
  return sessionMethods.filter((method) => isAllowed(tag, method))
}

/** True for a method a session takes. */
export function isSessionMethod(method: string): method is SessionMethod {
  return (sessionMethods as readonly string[]).includes(method)
}

/** States in which packets flow. */
export function isActive(tag: SessionTag): boolean {
  return tag === 'play' || tag === 'record'
}
